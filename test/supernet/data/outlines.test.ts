import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readAnnotations } from '../../../src/supernet/data/coco-annotations.js';
import { isRectangle, readOutline } from '../../../src/supernet/data/outlines.js';

const seed = 20_261_128;
const size = { width: 20, height: 16 };
const coordinate = fc.integer({ min: 0, max: 16 });
const outline = fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 6 });

/** Ways to write one outline. */
const ways: readonly ((points: readonly (readonly [number, number])[]) => unknown)[] = [
  (points) => points.flat(),
  (points) => points,
  (points) => points.flat().map(String),
  (points) => points.map((point) => point.map((value) => ` ${value}.0`)),
  (points) => points.map(([x, y]) => ({ x, y, z: 1 })),
];

it('an outline is the same however it is written, alone, in a list and as a text', async () => {
  await fc.assert(
    fc.asyncProperty(outline, fc.constantFrom(...ways), async (points, write) => {
      expect(readOutline(write(points))).toEqual(points.flat());
      const masks = [[points.flat()], write(points), [write(points)], JSON.stringify([write(points)])];
      const { objects, leftOut } = await readAnnotations([{ segmentation: masks[0] }], size, 'file');
      for (const segmentation of masks.slice(1)) {
        const other = await readAnnotations([{ segmentation }], size, 'file');
        expect({ ...other, leftOut: other.leftOut.length }).toEqual({ objects, leftOut: leftOut.length });
      }
    }),
    { seed, numRuns: 200 },
  );
});

it.each([null, 'a', 7, [1, 'x'], [[1, 2], [3]], [[1, 2], 3], [{ x: 1 }], {}])('%j is no outline', (given) => {
  expect(readOutline(given)).toBeUndefined();
});

it.each([
  ['as texts', { size: ['16', '20'], counts: ['40', '3', '277'] }],
  ['in a list of one', [{ size: [16, 20], counts: [40, 3, 277] }]],
  ['as a text', '{"size": [16, 20], "counts": [40, 3, 277]}'],
])('run lengths are read %s', async (_, segmentation) => {
  const { objects, leftOut } = await readAnnotations([{ segmentation }], size, 'file');
  expect({ objects, leftOut }).toMatchObject({ objects: [{ area: 3 }], leftOut: [] });
});

it('a part that is no outline costs itself alone', async () => {
  const segmentation = [null, [1, 1, 3, 1, 3, 3, 1, 3]];
  const { objects, leftOut } = await readAnnotations([{ segmentation }], size, 'file');
  expect(objects).toMatchObject([{ area: 4 }]);
  expect(leftOut.map(({ message }) => message)).toEqual([
    'file: an annotation (number 1) has a part that is no polygon of three corners',
  ]);
});

it('crowds alone are said', async () => {
  const crowd = { iscrowd: 1, segmentation: { size: [16, 20], counts: [320] } };
  expect(await readAnnotations([crowd, crowd], size, 'file')).toEqual({
    objects: [],
    leftOut: [],
    note: 'all its annotations are crowds (iscrowd), which are left out: 2',
  });
});

it('a rectangle is one however it is turned', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 7, noNaN: true }),
      fc.integer({ min: 8, max: 99 }),
      fc.integer({ min: 8, max: 99 }),
      (angle, width, height) => {
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const turned = [
          [0, 0],
          [width, 0],
          [width, height],
          [0, height],
        ].flatMap(([x = 0, y = 0]) => [x * cos - y * sin, x * sin + y * cos]);
        expect(isRectangle(turned)).toBe(true);
        expect(isRectangle(turned.with(0, (turned[0] ?? 0) + 5))).toBe(false);
      },
    ),
    { seed, numRuns: 200 },
  );
});
