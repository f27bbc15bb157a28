import { createRng } from '../base/rng.js';
import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { measuredConstraints } from '../study/trial-rules.js';
import { expandCurve, improvementsOf } from './reached.js';

/** Everything a table says of a space. */
export interface Survey {
  /** Legal configurations, those without values included: each would be a trial. */
  readonly size: number;
  /** The losses (smaller is better) of those with values. */
  readonly points: readonly (readonly number[])[];
}

/** A larger space is not gone through. */
const LARGEST = 2_000_000n;
/** Simulated runs of random search where its expectation has no formula. */
const RUNS = 500;

/** Goes through what was recorded; null when the oracle cannot be, or the space is too large to. */
export async function surveyTable(
  space: SearchSpace,
  oracle: Oracle,
  objectives: readonly Objective[],
  constraints: readonly string[],
): Promise<Survey | null> {
  const size = space.size();
  if (oracle.enumerate === undefined || size === null || size > LARGEST) return null;
  const broken = measuredConstraints(space, oracle.metrics, constraints);
  const points: number[][] = [];
  for (const [configuration, measurement] of oracle.enumerate(space)) {
    if (measurement.state !== 'complete') continue;
    const metrics = { ...oracle.analyze?.(configuration), ...measurement.metrics };
    const values = objectives.map(({ metric }) => metrics[metric] ?? Number.NaN);
    if (broken(configuration, metrics) !== undefined) continue;
    if (values.every(Number.isFinite)) points.push(losses(values, objectives));
  }
  return points.length === 0 ? null : { size: Number(size), points };
}

/**
 * The least loss that random search without repeats is expected to have found after 1, 2, …, `trials` draws from `size`
 * configurations, of which `found` have a loss and the rest have none; as long as it found none, `worst` counts. Exact:
 * after k draws the least is above the i smallest with the chance C(size - i, k) / C(size, k). (The calculated baseline of
 * Willemsen et al., 2024, for optimisation on recorded search spaces.)
 */
export function expectedRandomCurve(found: readonly number[], size: number, trials: number, worst: number): number[] {
  const sorted = Float64Array.from(found).sort();
  const curve: number[] = [];
  for (let draws = 1; draws <= trials; draws++) {
    // A space smaller than the budget is exhausted by then.
    const k = Math.min(draws, size);
    let above = 1;
    let expected = 0;
    for (const [i, loss] of sorted.entries()) {
      // C(size - i - 1, k) / C(size - i, k)
      const still = above * Math.max(0, (size - i - k) / (size - i));
      expected += (above - still) * loss;
      above = still;
      if (above < 1e-15) break;
    }
    curve.push(expected + above * worst);
  }
  return curve;
}

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
