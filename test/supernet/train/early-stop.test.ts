import { describe, expect, it } from 'vitest';
import { earlyStop } from '../../../src/supernet/train/early-stop.js';

const row = (step: number, ...scores: (number | null)[]) => ({
  step,
  iouLargest: scores[0] ?? null,
  iouMedium: scores[1] ?? null,
  iouSmallest: scores[2] ?? null,
});

describe('early stopping', () => {
  it('counts the evaluations since the best mean score, and steps without one not at all', () => {
    const rows = [row(1), row(2, 0.5, 0.4, 0.3), row(3), row(4, 0.4, 0.4, 0.7), row(5, 0.6, 0.4, 0.2), row(6)];
    expect(earlyStop([])).toEqual({ bestStep: 0, waited: 0 });
    expect(earlyStop(rows.slice(0, 1))).toEqual({ bestStep: 0, waited: 0 });
    expect(earlyStop(rows.slice(0, 3))).toEqual({ bestStep: 2, waited: 0 });
    expect(earlyStop(rows)).toEqual({ bestStep: 4, waited: 1 });
  });

  it('keeps the first of equal scores, and takes the whole network alone by its one score', () => {
    expect(earlyStop([row(10, 0.5), row(20, 0.5), row(30, 0.5)])).toEqual({ bestStep: 10, waited: 2 });
    expect(earlyStop([row(10, 0), row(20, 0)])).toEqual({ bestStep: 10, waited: 1 });
  });
});
