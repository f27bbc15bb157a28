import type { Oracle } from '../../core/oracle.js';
import type { SearchSpace } from '../../core/space.js';
import { openMeasurementCache } from '../../store/measurement-cache.js';
import { cached } from './cached.js';
import { repeated } from './repeated.js';
import { timeLimited } from './time-limited.js';

export interface WrapOptions {
  /** Seconds a run may take. */
  readonly timeout?: number;
  /** Multiples of the quickest complete run that a run may take. */
  readonly timeoutFactor?: number;
  /** Seconds that the quickest of earlier runs took. */
  readonly quickestSeconds?: number | undefined;
  readonly repeats?: number;
  /** File of the cache. */
  readonly cache?: string;
}

/** The limits hold for each of the repeats, and what is cached is their median. */
export async function wrapOracle(oracle: Oracle, space: SearchSpace, options: WrapOptions): Promise<Oracle> {
  const { timeout, timeoutFactor, quickestSeconds, repeats, cache } = options;
  let wrapped = oracle;
  if (timeout !== undefined || timeoutFactor !== undefined) {
    wrapped = timeLimited(wrapped, {
      ...(timeout === undefined ? {} : { seconds: timeout }),
      ...(timeoutFactor === undefined ? {} : { factor: timeoutFactor }),
      ...(quickestSeconds === undefined ? {} : { quickestSeconds }),
    });
  }
  if (repeats !== undefined && repeats > 1) wrapped = repeated(wrapped, repeats);
  return cache === undefined ? wrapped : cached(wrapped, space.key, openMeasurementCache(cache));
}
