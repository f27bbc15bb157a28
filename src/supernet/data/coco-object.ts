import { z } from 'zod';
import { DataError } from '../../errors.js';
import { type LabelledObject, uniteObjects } from './labelled-image.js';
import { polygonRuns } from './polygon-runs.js';
import { objectOfRunLengths, unpackRunLengths } from './run-lengths.js';

/** COCO's three ways of giving a mask: polygons of one object, run lengths packed into a text, run lengths as they are. */
export const segmentation = z.union([
  z.array(z.array(z.number())),
  z.object({
    size: z.tuple([z.int().positive(), z.int().positive()]),
    counts: z.union([z.string(), z.array(z.number())]),
  }),
]);

/** The object of an annotation; undefined for one without pixels. Throws `DataError` for a mask of another size. */
export function cocoObject(
  id: number,
  mask: z.infer<typeof segmentation>,
  width: number,
  height: number,
): LabelledObject | undefined {
  if (Array.isArray(mask)) {
    const parts = mask.flatMap((polygon) => {
      if (polygon.length < 6 || polygon.length % 2 !== 0) {
        throw new DataError('DATA_ANNOTATION', `a polygon of ${polygon.length} numbers is none`, {
          remedy: 'give x and y of three corners or more',
        });
      }
      return objectOfRunLengths(id, polygonRuns(polygon, width, height), width, height) ?? [];
    });
    return uniteObjects(id, parts);
  }
  const [rows, columns] = mask.size;
  if (rows !== height || columns !== width) {
    throw new DataError('DATA_SIZE', `a mask is ${columns}x${rows}, its image ${width}x${height}`, {
      remedy: 'a mask must have the size of its image',
    });
  }
  const lengths = typeof mask.counts === 'string' ? unpackRunLengths(mask.counts) : mask.counts;
  return objectOfRunLengths(id, lengths, width, height);
}
