import { createRng } from '../base/rng.js';
import { expandCurve, improvementsOf } from './reached.js';
import type { Survey } from './survey-table.js';

const RUNS = 500;

/**
 * The hypervolume (losses, up to the reference) that random search without repeats reaches after 1, 2, …, `trials` draws
 * from a table: the mean of 500 simulated runs, the same ones every time.
 */
export function simulatedRandomCurve({ size, points }: Survey, reference: readonly number[], trials: number): number[] {
  const objectives = reference.map((_, i) => ({ metric: String(i), direction: 'min' as const }));
  const sums = new Float64Array(trials);
  for (let run = 0; run < RUNS; run++) {
    const outcomes = draw(size, Math.min(trials, size), run).map((i) => points[i] ?? null);
    for (const [i, reached] of expandCurve(improvementsOf(outcomes, objectives, reference), trials, 0).entries()) {
      sums[i]! += reached;
    }
  }
  return Array.from(sums, (sum) => sum / RUNS);
}

/** The first places of a shuffled deck, of which only the cards that moved are kept. */
function draw(size: number, count: number, run: number): number[] {
  const rng = createRng('random-baseline', run);
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, place) => {
    const other = rng.int(place, size - 1);
    const card = moved.get(other) ?? other;
    moved.set(other, moved.get(place) ?? place);
    return card;
  });
}
