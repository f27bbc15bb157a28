import { isRecord } from '../../base/json.js';
import { parseDataJson } from './data-files.js';
import { type LabelledImage, notesOf } from './labelled-image.js';
import { readCoordinates, readOutline } from './outlines.js';
import { polygonRuns } from './polygon-runs.js';
import { noMask, type ObjectMask, type ObjectSource, type ReadObjects, readObjects } from './read-objects.js';
import type { ImageSize } from './read-picture.js';
import { type Runs, runsOfLengths, uniteRuns, unpackRunLengths } from './run-lengths.js';

/**
 * Reads annotations as COCO and SA-1B write them and tools garble them: masks are polygons, run lengths, or run lengths
 * packed into a text. Crowds are regions of many objects, none of which can be asked for: they are passed over.
 * @param label names the file and the image in what is said of them
 */
export async function readAnnotations(
  annotations: readonly unknown[],
  size: ImageSize,
  label: string,
): Promise<ReadObjects & Pick<LabelledImage, 'note'>> {
  const sources = annotations.map((annotation): ObjectSource => {
    const { id, iscrowd, segmentation } = isRecord(annotation) ? annotation : {};
    return { id, mask: async () => (isCrowd(iscrowd) ? undefined : cocoMask(segmentation, size)) };
  });
  const read = await readObjects(sources, size, label);
  const crowds = annotations.filter((annotation) => isRecord(annotation) && isCrowd(annotation.iscrowd)).length;
  const areAllCrowds = crowds > 0 && crowds === annotations.length;
  return {
    ...read,
    ...notesOf(areAllCrowds ? `all its annotations are crowds (iscrowd), which are left out: ${crowds}` : undefined),
  };
}

/** Throws `DataError` for what is no mask of such an image. */
export async function cocoMask(given: unknown, { width, height }: ImageSize): Promise<ObjectMask> {
  const mask = unwrapped(given);
  if (mask === undefined || mask === null || (Array.isArray(mask) && mask.length === 0)) throw noMask('has no mask');
  if (Array.isArray(mask)) {
    const { polygons, others } = polygonsOf(mask);
    const { strays = 0, ...own } = await polygonsMask(polygons, { width, height });
    return { ...own, strays: strays + others };
  }
  const { size: sides, counts: packed } = isRecord(mask) ? mask : {};
  const [size, counts] = [readCoordinates(sides), typeof packed === 'string' ? packed : readCoordinates(packed)];
  if (size?.length !== 2 || counts === undefined) {
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

/** Tables keep a mask as a text of its JSON; run lengths may stand in a list of one. */
function unwrapped(mask: unknown): unknown {
  if (typeof mask === 'string' && /^\s*[[{]/.test(mask)) {
    try {
      return unwrapped(parseDataJson(mask));
    } catch {
      return mask;
    }
  }
  return Array.isArray(mask) && mask.length === 1 && isRecord(mask[0]) ? mask[0] : mask;
}

interface Polygons {
  readonly polygons: readonly (readonly number[])[];
  /** How many parts are no list of numbers. */
  readonly others: number;
}

/** A list of polygons; one polygon alone, or one as a list of points, where a tool left a bracket out or put one in. */
function polygonsOf(mask: readonly unknown[]): Polygons {
  const alone = mask.length >= 3 ? readOutline(mask) : undefined;
  if (alone !== undefined) return { polygons: [alone], others: 0 };
  const polygons = mask.map(readOutline).filter((part) => part !== undefined);
  if (polygons.length === 0) throw noMask('has a polygon that is no list of numbers');
  return { polygons, others: mask.length - polygons.length };
}

/** Annotation tools write a truth value, too. */
export const isCrowd = (value: unknown): boolean => value === 1 || value === true || value === '1';
