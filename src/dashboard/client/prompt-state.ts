import type { Question } from '../protocol.js';

/** What was asked so far, in pixels of the image. */
export interface PromptState {
  readonly points: readonly { readonly x: number; readonly y: number; readonly label: 0 | 1 }[];
  readonly box: readonly [x: number, y: number, width: number, height: number] | null;
}

export const NO_PROMPT: PromptState = { points: [], box: null };

/** As the server is asked; null while nothing is. */
export const promptOf = ({ points, box }: PromptState): Question['prompt'] =>
  points.length === 0 && box === null ? null : { points, ...(box === null ? {} : { box }) };

/** A box between two corners in any order; null when it is a click. */
export function boxBetween(a: Corner, b: Corner): PromptState['box'] {
  const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
  return width < 3 || height < 3 ? null : [Math.min(a.x, b.x), Math.min(a.y, b.y), width, height];
}

export interface Corner {
  readonly x: number;
  readonly y: number;
}
