import type { DataError } from '../../errors.js';
import type { Picture } from './read-picture.js';

export interface LabelledImage extends Picture {
  readonly name: string;
  /** In order of their numbers. */
  readonly objects: readonly LabelledObject[];
  /** What of its annotations cannot be used, one error a kind. */
  readonly leftOut?: readonly DataError[];
}

/** The `note` that an image has of these. */
export function notesOf(...lines: readonly (string | undefined)[]): Pick<LabelledImage, 'note'> {
  const note = lines.filter((line) => line !== undefined).join('; ');
  return note === '' ? {} : { note };
}

/** One object of an image. Objects may overlap, so each has a mask of its own. */
export interface LabelledObject {
  /** Unique in its image: the value in the label map, or the annotation's number. */
  readonly id: number;
  /** Pixels. */
  readonly area: number;
  /** `[x0, y0, x1, y1]` in pixels, x1 and y1 one past the last. */
  readonly box: Box;
  /** One bit a pixel of the box, row after row, the lowest bit of a byte first. */
  readonly mask: Uint8Array;
}

export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** Whether the object covers a pixel of its image. */
export function isInside({ box: [x0, y0, x1, y1], mask }: LabelledObject, x: number, y: number): boolean {
  if (x < x0 || x >= x1 || y < y0 || y >= y1) return false;
  const bit = (y - y0) * (x1 - x0) + x - x0;
  return (((mask[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
}

/**
 * What a pixel adds to the number of pieces, less that of their holes, of the pixels walked row by row: pixels, less pairs of
 * neighbours, plus squares of four. Pieces are connected by sides.
 */
export const addedPieces = (left: boolean, above: boolean, between: boolean): number =>
  1 - (left ? 1 : 0) - (above ? 1 : 0) + (left && above && between ? 1 : 0);

/** An empty mask for a box and the function that adds a pixel of the image to it. */
export function createMask([x0, y0, x1, y1]: Box): { mask: Uint8Array; add: (x: number, y: number) => void } {
  const width = x1 - x0;
  const mask = new Uint8Array(Math.ceil((width * (y1 - y0)) / 8));
  const add = (x: number, y: number) => {
    const bit = (y - y0) * width + x - x0;
    mask[bit >> 3] = (mask[bit >> 3] as number) | (1 << (bit & 7));
  };
  return { mask, add };
}
