import sharp from 'sharp';
import { text } from '../../charts/svg/element.js';
import type { MaskOverlay, MaskPanel } from './report-model.js';

type Rgb = readonly [number, number, number];

/** One colour an object, taken in turn. */
const OBJECT_COLOURS: readonly Rgb[] = [
  [0, 158, 255],
  [255, 138, 0],
  [0, 200, 120],
  [235, 90, 190],
  [240, 210, 40],
  [150, 110, 255],
];
const colourOf = (object: number): Rgb =>
  OBJECT_COLOURS[(object - 1 + OBJECT_COLOURS.length) % OBJECT_COLOURS.length] as Rgb;
const TRUTH_COLOUR: Rgb = [255, 255, 255];
const FILL_OPACITY = 0.42;
/** Small images are enlarged by a whole factor until their longer side has about this many pixels, large ones reduced to it. */
const DISPLAY_SIDE = 480;
/** Of the montage. */
const TILE_SIDE = 240;
const GAP = 8;
const TITLE_HEIGHT = 28;

/** PNG of the image with an overlay: objects filled and outlined in their colours, the true outlines in white; without one, the image. */
export async function maskPanelPng({ width, height, rgb }: MaskPanel['image'], overlay?: MaskOverlay): Promise<Buffer> {
  const factor = Math.max(1, Math.round(DISPLAY_SIDE / Math.max(width, height)));
  const [w, h] = [width * factor, height * factor];
  const pixels = paintObjects({ width, height, rgb }, overlay?.mask, factor);
  if (overlay !== undefined) outline(pixels, overlay.truth, { width, height, factor }, () => TRUTH_COLOUR);
  const image = sharp(pixels, { raw: { width: w, height: h, channels: 3 } });
  const fitted =
    Math.max(w, h) > 1.5 * DISPLAY_SIDE ? image.resize(DISPLAY_SIDE, DISPLAY_SIDE, { fit: 'inside' }) : image;
  return fitted.png({ compressionLevel: 9 }).toBuffer();
}

/** The image, `factor` times as large, with objects (their numbers from 1, row after row) filled and outlined in their colours. */
export function paintObjects(
  { width, height, rgb }: MaskPanel['image'],
  objects: Uint8Array | Uint16Array | undefined,
  factor: number,
): Buffer {
  const [w, h] = [width * factor, height * factor];
  const pixels = Buffer.alloc(w * h * 3);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const source = Math.floor(y / factor) * width + Math.floor(x / factor);
      const object = objects?.[source] ?? 0;
      const colour = colourOf(object);
      for (let c = 0; c < 3; c++) {
        const pixel = rgb[source * 3 + c] as number;
        pixels[(y * w + x) * 3 + c] =
          object === 0 ? pixel : Math.round(pixel * (1 - FILL_OPACITY) + (colour[c] as number) * FILL_OPACITY);
      }
    }
  }
  if (objects !== undefined) outline(pixels, objects, { width, height, factor }, colourOf);
  return pixels;
}

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

/** Colours the pixels of an object that touch another object or the background (the image's border counts as background). */
function outline(
  pixels: Buffer,
  mask: Uint8Array | Uint16Array,
  { width, height, factor }: { readonly width: number; readonly height: number; readonly factor: number },
  colourOf: (object: number) => Rgb,
): void {
  const [w, h] = [width * factor, height * factor];
  const objectAt = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= w || y >= h ? 0 : (mask[Math.floor(y / factor) * width + Math.floor(x / factor)] ?? 0);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const object = objectAt(x, y);
      if (object === 0) continue;
      const inner =
        objectAt(x - 1, y) === object &&
        objectAt(x + 1, y) === object &&
        objectAt(x, y - 1) === object &&
        objectAt(x, y + 1) === object;
      if (!inner) pixels.set(colourOf(object), (y * w + x) * 3);
    }
  }
}
