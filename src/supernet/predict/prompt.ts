import { UsageError } from '../../errors.js';
import type { PreparedImage, PromptBatch } from '../model/segmentation.js';

/** What is asked for: one object, by a box, by points, or by both together. In pixels of the image. */
export interface Prompt {
  /** The object's box as COCO has boxes: left, top, width and height. */
  readonly box?: readonly [x: number, y: number, width: number, height: number] | undefined;
  readonly points?: readonly PromptPoint[] | undefined;
}

/** A pixel of the object (label 1, the default), or one that is not to belong to it (label 0). */
export interface PromptPoint {
  readonly x: number;
  readonly y: number;
  readonly label?: 0 | 1 | undefined;
}

/** Prompts of as many points each, which a decoder takes together, and where they stand among all. */
export interface PromptGroup {
  readonly indices: readonly number[];
  readonly batch: PromptBatch;
}

/**
 * Rows for SAM's prompt encoder, in pixels of the network's input: the points, then a box's two corners or, without a
 * box, the point that is none. Points mean the middle of their pixel, a box's corners are edges
 * (docs/decisions/005-box-prompts.md).
 * @throws UsageError for a prompt that asks for nothing, or for numbers that are none
 */
export function promptGroups(prompts: readonly Prompt[], prepared: Omit<PreparedImage, 'pixels'>): PromptGroup[] {
  const scale = [
    prepared.contentWidth / prepared.originalWidth,
    prepared.contentHeight / prepared.originalHeight,
  ] as const;
  const rows = prompts.map((prompt, i) => promptRow(prompt, scale, i));
  const lengths = [...new Set(rows.map(({ labels }) => labels.length))];
  return lengths.map((points) => {
    const indices = rows.flatMap(({ labels }, i) => (labels.length === points ? [i] : []));
    const own = indices.map((i) => rows[i] as PromptRow);
    return {
      indices,
      batch: {
        count: own.length,
        points,
        coordinates: Float32Array.from(own.flatMap(({ coordinates }) => coordinates)),
        labels: Float32Array.from(own.flatMap(({ labels }) => labels)),
      },
    };
  });
}

interface PromptRow {
  readonly coordinates: readonly number[];
  readonly labels: readonly number[];
}

function promptRow({ box, points = [] }: Prompt, [sx, sy]: readonly [number, number], i: number): PromptRow {
  if (box === undefined && points.length === 0) {
    throw new UsageError(`prompt ${i + 1} has neither a box nor points`, { remedy: 'give a box, points or both' });
  }
  if (![...(box ?? []), ...points.flatMap(({ x, y }) => [x, y])].every(Number.isFinite)) {
    throw new UsageError(`prompt ${i + 1} has a coordinate that is no number`, { remedy: 'give pixels of the image' });
  }
  if (box !== undefined && !(box[2] > 0 && box[3] > 0)) {
    throw new UsageError(`the box of prompt ${i + 1} has the size ${box[2]} x ${box[3]}`, {
      remedy: 'give left, top, width and height in pixels',
    });
  }
  const coordinates = points.flatMap(({ x, y }) => [(x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5]);
  const labels: number[] = points.map(({ label = 1 }) => label);
  if (box === undefined) return { coordinates: [...coordinates, 0, 0], labels: [...labels, -1] };
  const [x, y, width, height] = box;
  return {
    coordinates: [...coordinates, x * sx, y * sy, (x + width) * sx, (y + height) * sy],
    labels: [...labels, 2, 3],
  };
}
