import { expect, it } from 'vitest';
import { createImprovementMeter } from '../../src/pareto/growing-front.js';

it('is the gain over the best for one objective, of the range seen, and positive for every new end of the front', () => {
  const one = createImprovementMeter([{ metric: 'accuracy', direction: 'max' }]);
  expect([80, 79, 83, 83].map((value) => one.add([value]))).toEqual([1, 0, 3 / 4, 0]);
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

it('has no unit', () => {
  const objectives = [
    { metric: 'error', direction: 'min' },
    { metric: 'rate', direction: 'max' },
  ] as const;
  const gainsOf = (a: number, b: number, k: number) => {
    const meter = createImprovementMeter(objectives.slice(0, k));
    const trials = Array.from({ length: 30 }, (_, i) => [(i * 17) % 29, (i * 11) % 31]);
    return trials.map((values) => meter.add(values.slice(0, k).map((value) => a * value + b)));
  };
  for (const k of [1, 2]) {
    for (const [i, gain] of gainsOf(3e6, -1e9, k).entries()) expect(gain).toBeCloseTo(gainsOf(1, 0, k)[i]!, 6);
    expect(Math.max(...gainsOf(1, 0, k))).toBe(1);
  }
});
