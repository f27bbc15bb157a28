import sharp from 'sharp';
import { expect, it } from 'vitest';
import { maskMontagePng, maskPanelPng } from '../../../src/supernet/report/mask-pictures.js';
import { sampleReport } from './sample-report.js';

it('outlines the truth in white over a coloured mask and leaves the rest of the image alone', async () => {
  const [width, height] = [400, 400];
  const square = (from: number, to: number) =>
    Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return x >= from && x < to && y >= from && y < to ? 1 : 0;
    });
  const image = { width, height, rgb: new Uint8Array(width * height * 3).fill(100) };
  const png = await maskPanelPng(image, { title: '', mask: square(100, 200), truth: square(150, 300), iou: 0 });
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  expect([info.width, info.height]).toEqual([width, height]);
  expect(at(50, 50)).toEqual([100, 100, 100]);
  expect(at(250, 250)).toEqual([100, 100, 100]);
  expect(at(150, 250)).toEqual([255, 255, 255]);
  expect(at(120, 120)).not.toEqual([100, 100, 100]);
  expect(at(100, 120)).toEqual([0, 158, 255]);
});

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
