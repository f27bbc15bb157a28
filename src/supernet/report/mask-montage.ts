import sharp from 'sharp';
import { text } from '../../charts/svg/element.js';
import { maskPanelPng } from './mask-panel.js';
import type { MaskPanel } from './report-model.js';

const TILE_SIDE = 240;
const GAP = 8;
const TITLE_HEIGHT = 28;

/** One PNG of all panels: an image a row, a network a column, titles above; undefined when there are no panels. */
export async function maskMontagePng(panels: readonly MaskPanel[]): Promise<Buffer | undefined> {
  const titles = panels[0]?.overlays.map(({ title }) => title) ?? [];
  if (titles.length === 0) return undefined;
  const step = TILE_SIDE + GAP;
  const [width, height] = [titles.length * step - GAP, TITLE_HEIGHT + panels.length * step - GAP];
  const tiles = panels.flatMap(({ image, overlays }, row) =>
    overlays.map(async (overlay, column) => {
      const input = await sharp(await maskPanelPng(image, overlay))
        .resize(TILE_SIDE, TILE_SIDE, { fit: 'cover' })
        .png()
        .toBuffer();
      return { input, left: column * step, top: TITLE_HEIGHT + row * step };
    }),
  );
  const labels = titles
    .map((title, i) => `<text x="${i * step + TILE_SIDE / 2}" y="19" text-anchor="middle">${text(title)}</text>`)
    .join('');
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${TITLE_HEIGHT}" font-family="sans-serif" font-size="14">${labels}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([{ input: Buffer.from(head), left: 0, top: 0 }, ...(await Promise.all(tiles))])
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}
