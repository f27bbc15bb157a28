import type { LabelledObject } from './labelled-image.js';
import { polygonRuns } from './polygon-runs.js';
import { noMask, type ObjectMask, type ObjectSource, type ReadObjects, readObjects } from './read-objects.js';
import type { ImageSize } from './read-picture.js';
import { objectOfRuns, type Runs, runsOfLengths, uniteRuns, unpackRunLengths } from './run-lengths.js';

/**
 * Reads annotations as COCO and SA-1B write them and tools garble them: masks are polygons, run lengths, or run lengths
 * packed into a text. Crowds are regions of many objects, none of which can be asked for: they are passed over.
 * @param label names the file and the image in what is said of them
 */
export function readAnnotations(annotations: readonly unknown[], size: ImageSize, label: string): Promise<ReadObjects> {
  const sources = annotations.map((annotation): ObjectSource => {
    const { id, iscrowd, segmentation } = isRecord(annotation) ? annotation : {};
    return { id, mask: async () => (isCrowd(iscrowd) ? undefined : maskOf(segmentation, size)) };
  });
  return readObjects(sources, size, label);
}

/** The object of a mask; undefined for one without pixels. Throws `DataError` for what is no mask of such an image. */
export const cocoObject = async (id: number, mask: unknown, size: ImageSize): Promise<LabelledObject | undefined> =>
  objectOfRuns(id, (await maskOf(mask, size)).runs, size.height);

async function maskOf(mask: unknown, { width, height }: ImageSize): Promise<ObjectMask> {
  if (mask === undefined || mask === null || (Array.isArray(mask) && mask.length === 0)) throw noMask('has no mask');
  if (Array.isArray(mask)) return polygonsMask(polygonsOf(mask), { width, height });
  const { size, counts } = isRecord(mask) ? mask : {};
  if (!isNumbers(size) || size.length !== 2 || !(typeof counts === 'string' || isNumbers(counts))) {
    throw noMask('has something that is neither polygons nor run lengths');
  }
  const [rows = 0, columns = 0] = size;
  if (rows !== height || columns !== width) {
    throw noMask(`has a mask of ${columns}x${rows}, its image is ${width}x${height}`, 'DATA_SIZE');
  }
  const lengths = typeof counts === 'string' ? unpackRunLengths(plain(counts)) : counts;
  return { runs: runsOfLengths(lengths, width, height) };
}

/** Python writes the bytes that pycocotools packs as `b'…'` where they are made a text. */
const plain = (counts: string): string => /^b'(.*)'$/s.exec(counts)?.[1]?.replace(/\\(.)/gs, '$1') ?? counts;

/** What any of the polygons `[x0, y0, x1, y1, …]` covers; those of less than three corners are strays. */
export async function polygonsMask(
  polygons: readonly (readonly number[])[],
  { width, height }: ImageSize,
): Promise<ObjectMask> {
  const good = polygons.filter((polygon) => polygon.length >= 6 && polygon.length % 2 === 0);
  if (good.length === 0) throw noMask(`has no polygon of three corners, but one of ${polygons[0]?.length} numbers`);
  if (isOfShares(good.flat())) {
    throw noMask('lies within the first pixel, as shares of the sides do that are taken for pixels');
  }
  const parts: Runs[] = [];
  for (const polygon of good) parts.push(await polygonRuns(polygon, width, height));
  return { runs: uniteRuns(parts), strays: polygons.length - good.length };
}

/** Whole numbers are a polygon of one pixel's corners. */
const isOfShares = (coordinates: readonly number[]): boolean =>
  coordinates.every((value) => value >= 0 && value <= 1) && !coordinates.every(Number.isInteger);

/** A list of polygons; one polygon alone, or one as a list of points, where a tool left a bracket out or put one in. */
function polygonsOf(mask: readonly unknown[]): readonly (readonly number[])[] {
  if (isNumbers(mask)) return [mask];
  const flat = mask.map((part) =>
    Array.isArray(part) && part.length >= 3 && part.every(isPoint) ? part.flat() : part,
  );
  if (!flat.every(isNumbers)) throw noMask('has a polygon that is no list of numbers');
  if (flat.length >= 3 && flat.every(isPoint)) return [flat.flat()];
  return flat;
}

/** Annotation tools write a truth value, too. */
const isCrowd = (value: unknown): boolean => value === 1 || value === true || value === '1';

const isRecord = (
  value: unknown,
): value is { readonly [member in 'id' | 'iscrowd' | 'segmentation' | 'size' | 'counts']?: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPoint = (value: unknown): boolean => isNumbers(value) && value.length === 2;
const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');
