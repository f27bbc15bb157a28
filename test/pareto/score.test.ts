import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import type { Objective } from '../../src/core/objective.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { createScore, drawWeights, leastScored } from '../../src/pareto/score.js';

const trialOf = (values: readonly number[] | null, number: number): FinishedTrial => ({
  ...{ number, technique: 't', configuration: { x: number }, metrics: null, improvement: 0 },
  ...{ state: values === null ? 'failed' : 'complete', values },
});

it('finds the first of all trials with the least score, at every length of a list that grows', () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e3, max: 1e3, noNaN: true }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.option(fc.array(value, { minLength: 3, maxLength: 3 }), { freq: 8 }), { maxLength: 30 }),
      fc.constantFrom('min', 'max'),
      fc.nat(),
      (count, rows, direction, seed) => {
        const objectives: Objective[] = ['a', 'b', 'c'].slice(0, count).map((metric) => ({ metric, direction }));
        const trials: FinishedTrial[] = [];
        const rng = createRng(seed);
        for (const [i, row] of rows.entries()) {
          trials.push(trialOf(row === null ? null : row.slice(0, count), i));
          const score = createScore(trials, objectives, drawWeights(objectives, rng));
          const scores = trials.map(({ values }) => score(values));
          const least = Math.min(...scores);
          const expected = least === Infinity ? undefined : trials[scores.indexOf(least)];
          expect(leastScored(trials, objectives, score)).toBe(expected);
        }
      },
    ),
  );
});
