import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../src/base/turns.js';
import { DataError } from '../../../src/errors.js';
import { cocoMask } from '../../../src/supernet/data/coco-annotations.js';
import { objectsOfLabelMap } from '../../../src/supernet/data/label-map.js';
import { isInside, type LabelledObject } from '../../../src/supernet/data/labelled-image.js';
import { polygonRuns } from '../../../src/supernet/data/polygon-runs.js';
import {
  lengthsOfObject,
  objectOfRuns,
  packRunLengths,
  runsOfLengths,
  unpackRunLengths,
} from '../../../src/supernet/data/run-lengths.js';

const cocoObject = async (id: number, mask: unknown, size: { width: number; height: number }) =>
  objectOfRuns(id, (await cocoMask(mask, size)).runs, size.height);

interface Size {
  readonly width: number;
  readonly height: number;
  readonly rows?: readonly string[];
}
const recorded = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../assets/coco/masks.json'), 'utf8')) as {
  encoded: (Size & { counts: string; lengths: number[]; area: number; bbox: [number, number, number, number] })[];
  drawn: (Size & { polygons: number[][] })[];
};

const objectOfRunLengths = (id: number, lengths: readonly number[], width: number, height: number) =>
  objectOfRuns(id, runsOfLengths(lengths, width, height), height);
const rowsOf = (object: LabelledObject | undefined, width: number, height: number) =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (object !== undefined && isInside(object, x, y) ? 1 : 0)).join(''),
  );

describe('run lengths', () => {
  it('unpack to those that pycocotools packed, to its masks, areas and boxes, and pack to its texts', async () => {
    for (const { counts, lengths, width, height, rows, area, bbox } of recorded.encoded) {
      expect(unpackRunLengths(counts)).toEqual(lengths);
      expect(packRunLengths(lengths)).toBe(counts);
      const size = [height, width] as [number, number];
      const object = await cocoObject(1, { size, counts }, { width, height });
      expect(object).toEqual(await cocoObject(1, { size, counts: lengths }, { width, height }));
      expect(object?.area ?? 0).toBe(area);
      const [x, y, w, h] = bbox;
      if (object !== undefined) expect(lengthsOfObject(object, width, height)).toEqual(lengths);
      if (object !== undefined) expect(object.box).toEqual([x, y, x + w, y + h]);
      if (rows !== undefined) expect(rowsOf(object, width, height)).toEqual(rows);
    }
  });

  it('give the pixels that a walk over the columns counts', () => {
    const image = fc
      .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
      .chain((size) =>
        fc.record({
          size: fc.constant(size),
          pixels: fc.array(fc.boolean(), { minLength: size.width * size.height, maxLength: size.width * size.height }),
        }),
      );
    fc.assert(
      fc.property(image, ({ size: { width, height }, pixels }) => {
        const lengths: number[] = [0];
        let inside = false;
        for (const pixel of pixels) {
          if (pixel !== inside) {
            lengths.push(0);
            inside = pixel;
          }
          lengths.push((lengths.pop() as number) + 1);
        }
        const object = objectOfRunLengths(3, lengths, width, height);
        expect(unpackRunLengths(packRunLengths(lengths))).toEqual(lengths);
        if (object !== undefined) expect(lengthsOfObject(object, width, height)).toEqual(lengths);
        expect(object?.area ?? 0).toBe(pixels.filter((pixel) => pixel).length);
        // The same pixels row after row, as a label map has them.
        const labels = Uint16Array.from(pixels, (_, at) =>
          pixels[(at % width) * height + Math.floor(at / width)] ? 3 : 0,
        );
        expect(object === undefined ? [] : [object]).toEqual(atOnce(objectsOfLabelMap(labels, width)));
      }),
    );
  });

  it.each([
    ['characters below the code', '!', /other characters than lengths/],
    ['characters above it', 'é', /other characters than lengths/],
    ['an open group', 'P', /other characters than lengths/],
    ['a length without end', 'oooooooooooooooo', /other characters than lengths/],
  ])('refuse %s', (_, counts, message) => {
    expect(() => unpackRunLengths(counts)).toThrow(message);
    expect(() => unpackRunLengths(counts)).toThrow(DataError);
  });

  it('refuse what does not fill the image, is negative or of another size', async () => {
    expect(() => objectOfRunLengths(1, [3, 2], 2, 3)).toThrow(/cover 5 pixels, not the 2 x 3/);
    expect(() => objectOfRunLengths(1, [3, -2, 5], 2, 3)).toThrow(/one of -2/);
    expect(() => objectOfRunLengths(1, [0, 1e15], 2, 3)).toThrow(/cover 1000000000000000 pixels/);
    await expect(cocoObject(1, { size: [2, 3], counts: [6] }, { width: 2, height: 3 })).rejects.toThrow(
      /a mask of 3x2, its image is 2x3/,
    );
  });

  it('never do anything else with a text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary-ascii' }), async (counts) => {
        try {
          await cocoObject(1, { size: [4, 4], counts }, { width: 4, height: 4 });
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
      }),
    );
  });
});

describe('polygons', () => {
  it('cover the pixels that pycocotools draws', async () => {
    for (const { width, height, polygons, rows } of recorded.drawn) {
      expect(rowsOf(await cocoObject(1, polygons, { width, height }), width, height)).toEqual(rows);
    }
  });

  it('with whole corners cover the rectangle', async () => {
    const side = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(side, side, side, side, async (x, y, w, h) => {
        const corners = [x, y, x + w, y, x + w, y + h, x, y + h];
        const object = objectOfRuns(1, await polygonRuns(corners, 24, 24), 24);
        expect(object).toMatchObject({ area: w * h, box: [x, y, x + w, y + h] });
      }),
    );
  });

  it('need three corners', async () => {
    await expect(cocoObject(1, [[1, 1, 2, 2]], { width: 4, height: 4 })).rejects.toThrow(/one of 4 numbers/);
  });
});
