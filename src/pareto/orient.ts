import type { Direction } from '../core/objective.js';

/** The values turned into losses (smaller is better): those to maximise change their sign. */
export function orient(values: readonly number[], directions: readonly Direction[]): number[] {
  return values.map((value, i) => (directions[i] === 'max' ? -value : value));
}
