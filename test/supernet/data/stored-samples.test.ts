import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { readLabelMap } from '../../../src/supernet/data/read-label-map.js';
import { readPicture } from '../../../src/supernet/data/read-picture.js';
import { folderOf } from './folder-of.js';

const seed = 7;
/** Kinds of number that TIFF 6.0 has, by SampleFormat (1 unsigned, 2 signed, 3 float) and bits. */
const KINDS = {
  uint8: { format: 1, bits: 8, least: 0, most: 255 },
  uint16: { format: 1, bits: 16, least: 0, most: 65535 },
  uint32: { format: 1, bits: 32, least: 0, most: 65535 },
  int8: { format: 2, bits: 8, least: -128, most: 127 },
  int16: { format: 2, bits: 16, least: -32768, most: 32767 },
  int32: { format: 2, bits: 32, least: -70000, most: 65535 },
  float32: { format: 3, bits: 32, least: -1000, most: 65535 },
} as const;
type Kind = keyof typeof KINDS;

/** A grey TIFF of one strip, written here number by number. */
function tiffOf(values: readonly number[], width: number, kind: Kind, little: boolean): Buffer {
  const { format, bits } = KINDS[kind];
  const bytes = bits / 8;
  const strip = Buffer.alloc(values.length * bytes);
  const view = new DataView(strip.buffer, strip.byteOffset, strip.length);
  values.forEach((value, i) => {
    if (kind === 'float32') view.setFloat32(i * bytes, value, little);
    else if (bytes === 1) view.setInt8(i, value);
    else if (bytes === 2) view.setInt16(i * bytes, value, little);
    else view.setInt32(i * bytes, value, little);
  });
  const LONG = 4;
  const start = 8;
  const tags = [
    [256, width],
    [257, values.length / width],
    [258, bits],
    [259, 1],
    [262, 1],
    [273, start],
    [277, 1],
    [278, values.length / width],
    [279, strip.length],
    [339, format],
  ] as const;
  const head = Buffer.alloc(8);
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  const [h, d] = [head, directory].map((part) => new DataView(part.buffer, part.byteOffset)) as [DataView, DataView];
  head.write(little ? 'II' : 'MM', 'latin1');
  h.setUint16(2, 42, little);
  h.setUint32(4, start + strip.length, little);
  d.setUint16(0, tags.length, little);
  tags.forEach(([tag, value], i) => {
    d.setUint16(2 + 12 * i, tag, little);
    d.setUint16(4 + 12 * i, LONG, little);
    d.setUint32(6 + 12 * i, 1, little);
    d.setUint32(10 + 12 * i, value, little);
  });
  return Buffer.concat([head, strip, directory]);
}

const picture = fc.constantFrom(...(Object.keys(KINDS) as Kind[])).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    little: fc.boolean(),
    values: fc.array(fc.integer({ min: KINDS[kind].least, max: KINDS[kind].most }), { minLength: 12, maxLength: 12 }),
  }),
);

it('labels are the numbers of a TIFF of any kind, and what is negative is no label', async () => {
  await fc.assert(
    fc.asyncProperty(picture, async ({ kind, little, values }) => {
      const path = join(folderOf({ 'mask.tif': tiffOf(values, 4, kind, little) }), 'mask.tif');
      const negative = values.find((value) => value < 0);
      if (negative === undefined) expect([...(await readLabelMap(path)).labels]).toEqual(values);
      else await expect(readLabelMap(path)).rejects.toThrow(`has the value ${negative}`);
    }),
    { seed },
  );
});

it('a picture shows what its numbers say, whatever kind they are of', async () => {
  await fc.assert(
    fc.asyncProperty(picture, async ({ kind, little, values }) => {
      const path = join(folderOf({ 'a.tif': tiffOf(values, 4, kind, little) }), 'a.tif');
      const { rgb, note } = await readPicture(path);
      const seen = values.map((_, i) => rgb[3 * i] as number);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      // A larger number is never darker.
      const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
      for (const [k, i] of order.slice(1).entries()) {
        expect(seen[i]).toBeGreaterThanOrEqual(seen[order[k] as number] as number);
      }
      if (kind === 'uint8') expect([seen, note]).toEqual([values, undefined]);
      else if (kind === 'uint16' && most >= 2 ** 14)
        expect([seen, note]).toEqual([values.map((v) => v >> 8), undefined]);
      else {
        expect(note).toMatch(/are spread over 0 to 255/);
        if (most > 255 || least < 0)
          expect([Math.min(...seen), Math.max(...seen)]).toEqual([0, most > least ? 255 : 0]);
      }
    }),
    { seed },
  );
});

it('a TIFF of 64 bits is named as that', async () => {
  const wide = tiffOf([1, 2, 3, 4], 2, 'uint8', true);
  // The entry of BitsPerSample is the third.
  wide.writeUInt32LE(64, 8 + 4 + 2 + 12 * 2 + 8);
  const folder = folderOf({ 'a.tif': wide });
  await expect(readPicture(join(folder, 'a.tif'))).rejects.toThrow('its numbers have 64 bits');
});

it('a TIFF of floats of 16 bits is named as that, picture and mask', async () => {
  const half = tiffOf([1, 2, 3, 4], 2, 'int16', true);
  // SampleFormat is the tenth.
  half.writeUInt32LE(3, 8 + 8 + 2 + 12 * 9 + 8);
  const path = join(folderOf({ 'a.tif': half }), 'a.tif');
  await expect(readPicture(path)).rejects.toThrow('its numbers are floats of 16 bits');
  await expect(readLabelMap(path)).rejects.toThrow('its numbers are floats of 16 bits');
});

it('data check says what was done to a picture of twelve bits', async () => {
  const values = Array.from({ length: 64 }, (_, i) => 60 * i);
  const labels = values.map((_, i) => (i % 8 < 4 ? 0 : 1));
  const folder = folderOf({
    'images/a.tif': tiffOf(values, 8, 'uint16', true),
    'masks/a.tif': tiffOf(labels, 8, 'int16', true),
  });
  const { faults, objects, notes } = await checkDataset(folder);
  expect({ faults, objects }).toEqual({ faults: [], objects: 1 });
  expect(notes[0]).toBe('images/a.tif: its values from 0 to 3780 are spread over 0 to 255');
});
