import { expect, it } from 'vitest';
import { chooseSubnets } from '../../../src/cli/pipeline/choose-subnets.js';
import type { FinishedTrial } from '../../../src/core/trial.js';

const trial = (number: number, meanIou: number | null, encoderParameters: number): FinishedTrial => ({
  number,
  technique: 'random',
  configuration: { a: number },
  state: meanIou === null ? 'failed' : 'complete',
  values: meanIou === null ? null : [meanIou, encoderParameters],
  metrics: meanIou === null ? null : { meanIou, encoderParameters },
  improvement: 0,
});

it('takes the best trial at or below every target size', () => {
  const chosen = chooseSubnets(
    [trial(0, 0.9, 100), trial(1, 0.8, 70), trial(2, 0.85, 50), trial(3, 0.7, 30), trial(4, null, 1)],
    100,
  );
  expect(chosen.map(({ name, trial }) => [name, trial.number])).toEqual([
    ['subnet-30', 2],
    ['subnet-50', 2],
    ['subnet-70', 3],
  ]);
});

it('settles ties by size and leaves out a target nothing reaches', () => {
  const chosen = chooseSubnets([trial(0, 0.8, 70), trial(1, 0.8, 60)], 100);
  expect(chosen.map(({ target, trial }) => [target, trial.number])).toEqual([[0.3, 1]]);
});
