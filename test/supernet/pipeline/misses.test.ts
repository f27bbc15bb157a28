import { expect, it } from 'vitest';
import { misses } from '../../../src/supernet/pipeline/assemble-report.js';
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
  expect(misses(rows, chosen)).toEqual([
    'subnet-50 misses the pre-trained network at 1024 pixels with box prompts: 0.7000 against 0.8000.',
    'subnet-50 misses the pre-trained network at 224 pixels with point prompts: 0.7000 against 0.7000.',
  ]);
});

it('holds the gain over random subnets against what it varies by with the same prompts on both sides', () => {
  const random = [row('subnet-50 random #1', [0.5, 0.6]), row('subnet-50 random #2', [0.52, 0.62])];
  // 0.04 with either seed: the prompts move both sides alike.
  expect(misses([row('subnet-50', [0.55, 0.65]), ...random], chosen)).toEqual([]);
  // 0.09 and -0.01, so 0.04 on average: less than the deviation of 0.0707.
  expect(misses([row('subnet-50', [0.6, 0.6]), ...random], chosen)).toEqual([
    'subnet-50 gains 0.0400 over the mean of 2 random subnets of its size with box prompts, not more than that varies over prompt seeds (0.0707).',
  ]);
});
