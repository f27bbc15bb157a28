import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readAnnotations } from '../../../src/supernet/data/coco-annotations.js';

const SIZE = { width: 40, height: 30 };
const corner = fc.record({ x: fc.integer({ min: 0, max: 30 }), y: fc.integer({ min: 0, max: 20 }) });
const side = fc.integer({ min: 2, max: 9 });

it('counts an object once however often it is annotated, under whatever id, and says so', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(corner, side), { minLength: 1, maxLength: 5, selector: (box) => JSON.stringify(box) }),
      fc.array(fc.nat(4), { maxLength: 6 }),
      async (boxes, repeats) => {
        const square = ([{ x, y }, a]: (typeof boxes)[number], id: number) => ({
          id,
          segmentation: [[x, y, x + a, y, x + a, y + a, x, y + a]],
        });
        const again = repeats.map((which) => boxes[which % boxes.length] as (typeof boxes)[number]);
        const annotations = [...boxes, ...again].map((box, i) => square(box, i % 7));
        const { objects, leftOut } = await readAnnotations(annotations, SIZE, 'a.json');
        expect(objects).toHaveLength(boxes.length);
        expect(leftOut.map(({ message }) => message.replace(/.*: (.*) \(.*\)/, '$1'))).toEqual(
          again.length === 0
            ? []
            : [
                `${again.length === 1 ? 'an annotation' : `${again.length} annotations, the first`} is the very region of another one`,
              ],
        );
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

it('keeps objects of one box that are not of one shape', async () => {
  const shapes = [
    [5, 5, 15, 5, 15, 15],
    [5, 5, 15, 15, 5, 15],
    [5, 5, 15, 5, 15, 15, 5, 15],
  ];
  const annotations = shapes.map((shape, id) => ({ id, segmentation: [shape] }));
  const { objects, leftOut } = await readAnnotations(annotations, SIZE, 'a.json');
  expect(objects).toHaveLength(3);
  expect(leftOut).toEqual([]);
});
