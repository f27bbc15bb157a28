import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { atOnce } from '../../../src/base/turns.js';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { objectsOfLabelMap } from '../../../src/supernet/data/label-map.js';
import { readLabelMap } from '../../../src/supernet/data/read-label-map.js';
import { folderOf, palettePng, png } from './folder-of.js';

/** A colour of VOC's palette: the bits of the index, three at a time, are the upper bits of red, green and blue. */
const vocColour = (index: number) =>
  [0, 1, 2].map((channel) =>
    Array.from({ length: 8 }, (_, j) => ((index >> (3 * j + channel)) & 1) << (7 - j)).reduce((a, b) => a | b),
  );

const rows = [
  [0, 255, 255, 255],
  [0, 255, 1, 255],
  [2, 255, 255, 255],
];

it("the void of VOC's palette is background and said, the index 255 of another palette an object", async () => {
  const colours = Array.from({ length: 256 }, (_, i) => vocColour(i));
  const folder = folderOf({
    'voc.png': palettePng(rows, colours),
    'other.png': palettePng(rows, colours.toReversed()),
  });
  const voc = await readLabelMap(join(folder, 'voc.png'));
  expect([...voc.labels]).toEqual(rows.flat().map((label) => (label === 255 ? 0 : label)));
  expect(voc.note).toMatch(/255 of its mask is VOC's void/);
  const other = await readLabelMap(join(folder, 'other.png'));
  expect([[...other.labels], other.note]).toEqual([rows.flat(), undefined]);
});

const circles = (edge: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/><g fill="#fff" shape-rendering="${edge}"><circle cx="20" cy="20" r="13"/><circle cx="46" cy="44" r="12"/></g></svg>`;
const maskOf = (edge: string) =>
  sharp(Buffer.from(circles(edge)))
    .removeAlpha()
    .toColourspace('b-w')
    .png()
    .toBuffer();

it('soft edges are no objects, and one value in two places is a doubt', async () => {
  const folder = folderOf({
    'images/soft.png': await png(64, 64),
    'masks/soft.png': await maskOf('geometricPrecision'),
    'images/hard.png': await png(64, 64),
    'masks/hard.png': await maskOf('crispEdges'),
  });
  const { faults, notes, objects } = await checkDataset(folder);
  expect(faults.map(({ code, image }) => [code, image])).toEqual([['DATA_LABELS', 'soft']]);
  expect(faults[0]?.message).toMatch(/one and the soft edges around it/);
  expect(objects).toBe(1);
  expect(notes.at(-1)).toMatch(/^1 of 2 images have one object, in parts/);
});

it('small objects beside a large one are objects', () => {
  // Four values, each but the first a square of two by two.
  const labels = new Uint16Array(16 * 16).fill(1, 0, 128);
  for (const [k, at] of [200, 206, 212].entries()) for (const d of [0, 1, 16, 17]) labels[at + d] = k + 2;
  expect(atOnce(objectsOfLabelMap(labels, 16)).map(({ area }) => area)).toEqual([128, 4, 4, 4]);
});
