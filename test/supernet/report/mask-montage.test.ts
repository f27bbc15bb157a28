import sharp from 'sharp';
import { expect, it } from 'vitest';
import { maskMontagePng } from '../../../src/supernet/report/mask-montage.js';
import { sampleReport } from './sample-report.js';

it('has an image a row and a network a column', async () => {
  const panels = sampleReport().maskPanels;
  const columns = panels[0]?.overlays.length ?? 0;
  const { width, height, format } = await sharp(await maskMontagePng(panels)).metadata();
  expect({ width, height, format }).toEqual({
    width: columns * 248 - 8,
    height: 28 + panels.length * 248 - 8,
    format: 'png',
  });
  expect(await maskMontagePng([])).toBeUndefined();
});
