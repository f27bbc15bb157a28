import { expect, it } from 'vitest';
import type { FinishedTrial } from '../../../src/core/trial.js';
import { chooseSubnets } from '../../../src/supernet/pipeline/choose-subnets.js';

const trial = (number: number, scores: readonly [box: number, point: number] | null, size: number): FinishedTrial => {
  const [boxIou = 0, pointIou = 0] = scores ?? [];
  const meanIou = (boxIou + pointIou) / 2;
  return {
    number,
    technique: 'random',
    configuration: { a: number },
    state: scores === null ? 'failed' : 'complete',
    values: scores === null ? null : [meanIou, size],
    metrics: scores === null ? null : { meanIou, boxIou, pointIou, encoderParameters: size },
    improvement: 0,
  };
};
/** Box and point alike. */
const even = (number: number, score: number, size: number) => trial(number, [score, score], size);

it('takes the best trial at or below every target size', () => {
  const chosen = chooseSubnets(
    [even(0, 0.9, 100), even(1, 0.8, 70), even(2, 0.85, 50), even(3, 0.7, 30), trial(4, null, 1)],
    100,
  );
  expect(chosen.map(({ name, trial }) => [name, trial.number])).toEqual([
    ['subnet-30', 2],
    ['subnet-50', 2],
    ['subnet-70', 3],
  ]);
});

it('weighs boxes and points by their spread', () => {
  // Boxes vary by hundredths, points by tenths: 0.01 of a box outweighs 0.04 of a point.
  const spread = [trial(0, [0.8, 0.4], 100), trial(1, [0.82, 0.8], 100)];
  const chosen = chooseSubnets([...spread, trial(2, [0.81, 0.6], 70), trial(3, [0.8, 0.64], 70)], 100);
  expect(chosen.map(({ trial }) => trial.number)).toEqual([2]);
});

it('settles ties by size and leaves out a target nothing reaches', () => {
  const chosen = chooseSubnets([even(0, 0.8, 70), even(1, 0.8, 60)], 100);
  expect(chosen.map(({ target, trial }) => [target, trial.number])).toEqual([[0.3, 1]]);
});
