import type { LongRunning } from '../base/progress.js';
import { createRng } from '../base/rng.js';
import type { Metrics, Oracle } from '../core/oracle.js';
import type { TrialFault } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import { InterruptedError } from '../errors.js';

export interface AgainOptions {
  readonly oracle: Oracle;
  /** The study's. */
  readonly seed: number;
  /** How many trials; all where there are no more. */
  readonly remeasure: number;
  /** The share of a value that it may be off by. */
  readonly tolerance: number;
}

export interface MeasuredAgain {
  readonly numbers: readonly number[];
  readonly faults: readonly TrialFault[];
  /** The largest difference as a share of the stored value. */
  readonly largest: number;
}

/**
 * Measures a random sample of trials again, another at every call: who changed a file must not know which. Metrics that the
 * oracle does not give every time, or that another machine gives otherwise (seconds), need a tolerance.
 */
export async function measureAgain(
  trials: readonly FinishedTrial[],
  { oracle, seed, remeasure, tolerance }: AgainOptions,
  { signal, onProgress }: LongRunning,
): Promise<MeasuredAgain> {
  const sample = createRng('verify', Date.now(), process.pid).shuffle(trials).slice(0, remeasure);
  sample.sort((a, b) => a.number - b.number);
  const faults: TrialFault[] = [];
  let largest = 0;
  const never = new AbortController().signal;
  for (const [i, { number, configuration, metrics }] of sample.entries()) {
    if (signal?.aborted === true) throw new InterruptedError('stopped on request');
    onProgress?.(i, sample.length);
    const found = await oracle
      .measure(configuration, { trial: number, seed, signal: signal ?? never })
      .catch((error: unknown) => ({ state: 'failed', message: String(error) }) as const);
    if (found.state !== 'complete') {
      faults.push({
        trial: number,
        what: `measured again it is ${found.state}: ${'message' in found ? found.message : ''}`,
      });
      continue;
    }
    for (const [metric, value] of Object.entries(metrics ?? {})) {
      const off = difference(value, { ...oracle.analyze?.(configuration), ...found.metrics }, metric);
      largest = Math.max(largest, off);
      if (off <= tolerance) continue;
      const again = Object.hasOwn(found.metrics, metric) ? found.metrics[metric] : 'absent';
      faults.push({ trial: number, what: `${metric} ${value} is ${again} when measured again` });
    }
  }
  onProgress?.(sample.length, sample.length);
  return { numbers: sample.map(({ number }) => number), faults, largest };
}

function difference(stored: number, found: Metrics, metric: string): number {
  const again = Object.hasOwn(found, metric) ? found[metric] : undefined;
  if (again === undefined || !Number.isFinite(again)) return Infinity;
  if (again === stored) return 0;
  return Math.abs(again - stored) / Math.max(Math.abs(stored), Math.abs(again));
}
