import { expect, it } from 'vitest';
import { comparisons, comparisonsSentence } from '../../../src/supernet/report/findings.js';
import type { ReportRow } from '../../../src/supernet/report/report-model.js';

const row = (name: string, bySeed: readonly number[], more: Partial<ReportRow> = {}): ReportRow => ({
  ...{ name, configuration: null, encoderParameters: 1, reduction: 0, inputSize: 224, split: 'test', prompt: 'box' },
  ...{ mask: 'single', spread: 0, objects: 1, seeds: [1, 2], bySeed },
  meanIou: bySeed.reduce((sum, value) => sum + value / bySeed.length, 0),
  ...more,
});
const chosen = [{ name: 'subnet-50' }];

it('names every pre-trained network that a chosen subnet does not exceed, prompt by prompt', () => {
  const rows = [
    row('pre-trained', [0.6, 0.6]),
    row('pre-trained', [0.8, 0.8], { inputSize: 1024 }),
    row('pre-trained', [0.7, 0.7], { prompt: 'point' }),
    row('pre-trained', [0.9, 0.9], { mask: 'oracle' }),
    row('subnet-50', [0.7, 0.7]),
    row('subnet-50', [0.7, 0.7], { prompt: 'point' }),
  ];
  const found = comparisons({ rows, chosen });
  expect(found.missed).toEqual([
    'subnet-50 is not above the pre-trained network at 1024 pixels with a box: 0.700 against 0.800.',
    'subnet-50 is not above the pre-trained network at 224 pixels with a point: 0.700 against 0.700.',
  ]);
  expect(comparisonsSentence(found)).toMatch(/^The chosen subnets win 1 of 3 comparisons/);
});

it('holds the gain over random subnets against what it varies by with the same prompts on both sides', () => {
  const random = [row('subnet-50 random #1', [0.5, 0.6]), row('subnet-50 random #2', [0.52, 0.62])];
  // 0.04 with either seed: the prompts move both sides alike.
  const won = comparisons({ rows: [row('subnet-50', [0.55, 0.65]), ...random], chosen });
  expect(won).toEqual({ count: 1, missed: [] });
  expect(comparisonsSentence(won)).toMatch(/win all 1 /);
  // 0.09 and -0.01, so 0.04 on average: less than the deviation of 0.0707.
  expect(comparisons({ rows: [row('subnet-50', [0.6, 0.6]), ...random], chosen }).missed).toEqual([
    'subnet-50 gains 0.040 over the mean of 2 random subnets of its size with a box, not more than that varies over prompt seeds (0.071).',
  ]);
});
