import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startTimer } from '../../src/base/timer.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('waits as long as it is told, however long that is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 38 }), (milliseconds) => {
      const action = vi.fn();
      // A fresh clock: a fake one that has run for decades rounds.
      vi.useRealTimers();
      vi.useFakeTimers();
      startTimer(milliseconds, action);
      vi.advanceTimersByTime(milliseconds - 1);
      expect(action).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(action).toHaveBeenCalledTimes(1);
    }),
    { seed: 1, numRuns: 30 },
  );
});

it('never ends an infinite wait, and none that is stopped', () => {
  const action = vi.fn();
  startTimer(Number.POSITIVE_INFINITY, action);
  const stop = startTimer(2 ** 33, action);
  vi.advanceTimersByTime(2 ** 32);
  stop();
  vi.advanceTimersByTime(2 ** 34);
  expect(action).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
