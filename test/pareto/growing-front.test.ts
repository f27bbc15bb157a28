import { expect, it } from 'vitest';
import { createImprovementMeter } from '../../src/pareto/growing-front.js';

it('is the gain over the best for one objective and positive for every new end of the front', () => {
  const one = createImprovementMeter([{ metric: 'accuracy', direction: 'max' }]);
  expect([80, 79, 83, 83].map((value) => one.add([value]))).toEqual([1, 0, 3, 0]);
  const two = createImprovementMeter([
    { metric: 'error', direction: 'min' },
    { metric: 'macs', direction: 'min' },
  ]);
  const gains = [
    [5, 5],
    [9, 1],
    [1, 9],
    [6, 6],
    [5, 5],
    [4, 4],
  ].map((values) => two.add(values));
  expect(gains.map((gain) => gain > 0)).toEqual([true, true, true, false, false, true]);
});
