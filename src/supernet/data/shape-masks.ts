import { polygonsMask } from './coco-annotations.js';
import { isPng, readPngSamples } from './png-samples.js';
import { polygonRuns } from './polygon-runs.js';
import { noMask, type ObjectMask, type ObjectSource } from './read-objects.js';
import type { ImageSize } from './read-picture.js';
import { type Runs, subtractRuns, uniteRuns } from './run-lengths.js';

/** Pixels of a picture laid on the image: its upper left corner's place, its size, and whether it covers a pixel of its own. */
export interface Bitmap {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  covers(x: number, y: number): boolean;
}

/** What a bitmap covers of the image; what lies outside is cut off. */
export function bitmapMask({ left, top, width, height, covers }: Bitmap, image: ImageSize): ObjectMask {
  if (![left, top].every(Number.isSafeInteger)) throw noMask(`has a bitmap at ${left}, ${top}`);
  const runs: number[] = [];
  const rows = [Math.max(0, top), Math.min(image.height, top + height)] as const;
  for (let x = Math.max(0, left); x < Math.min(image.width, left + width); x++) {
    let inside = false;
    for (let y = rows[0]; y < rows[1]; y++) {
      if (covers(x - left, y - top) === inside) continue;
      runs.push(x * image.height + y);
      inside = !inside;
    }
    if (inside) runs.push(x * image.height + rows[1]);
  }
  return { runs };
}

/**
 * A bitmap kept as a PNG, its upper left corner at a place of the image: what has an index, a value or an opacity of 0 is not
 * covered.
 * @throws DataError for bytes that are no PNG, or one larger than the image
 */
export async function pngMask(bytes: Buffer, left: number, top: number, image: ImageSize): Promise<ObjectMask> {
  if (!isPng(bytes) || bytes.length < 24) throw noMask('has a bitmap that is no PNG');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (width > image.width || height > image.height) {
    throw noMask(`has a bitmap of ${width}x${height}, its image is ${image.width}x${image.height}`, 'DATA_SIZE');
  }
  const { channels, samples } = await readPngSamples(bytes).catch((cause: Error) => {
    throw noMask(`has a bitmap that cannot be read: ${cause.message}`);
  });
  const [first, end] = channels % 2 === 0 ? [channels - 1, channels] : [0, channels];
  const covers = (x: number, y: number) => {
    const at = (y * width + x) * channels;
    for (let channel = first; channel < end; channel++) if (samples[at + channel] !== 0) return true;
    return false;
  };
  return bitmapMask({ left, top, width, height, covers }, image);
}

/** A polygon less the holes in it, each `[x0, y0, x1, y1, …]`. */
export async function ringMask(
  exterior: readonly number[],
  holes: readonly (readonly number[])[],
  image: ImageSize,
): Promise<ObjectMask> {
  const { runs } = await polygonsMask([exterior], image);
  const cut: Runs[] = [];
  for (const hole of holes) cut.push(await polygonRuns(hole, image.width, image.height));
  return { runs: subtractRuns(runs, uniteRuns(cut)) };
}

/** Corners around an ellipse. */
const CORNERS = 64;

/** An ellipse as a polygon; turned by an angle in degrees, clockwise as the picture is seen. */
export function ellipsePolygon(cx: number, cy: number, rx: number, ry: number, degrees = 0): number[] {
  const turn = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return Array.from({ length: CORNERS }, (_, i) => (2 * Math.PI * i) / CORNERS).flatMap((angle) => {
    const [x, y] = [rx * Math.cos(angle), ry * Math.sin(angle)];
    return [cx + x * cos - y * sin, cy + x * sin + y * cos];
  });
}

/** A shape that an annotation tool drew. */
export interface Shape extends ObjectSource {
  /** Shapes of one group are parts of one object. */
  readonly group?: number | string | undefined;
  mask(): Promise<ObjectMask>;
}

/** One object a group, and one a shape that is in none. */
export function objectsOfShapes(shapes: readonly Shape[]): readonly ObjectSource[] {
  const objects = new Map<unknown, Shape[]>();
  for (const shape of shapes) {
    const parts = objects.get(shape.group ?? shape);
    if (parts === undefined) objects.set(shape.group ?? shape, [shape]);
    else parts.push(shape);
  }
  return [...objects.values()].map((parts) => ({ id: parts[0]?.id, mask: () => unite(parts) }));
}

async function unite(shapes: readonly Shape[]): Promise<ObjectMask> {
  const parts: Runs[] = [];
  for (const { mask } of shapes) parts.push((await mask()).runs);
  return { runs: uniteRuns(parts) };
}
