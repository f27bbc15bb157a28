import { median } from 'simple-statistics';
import { startTimer } from '../base/timer.js';
import type { Measurement, Metrics, Oracle } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { MeasurementCache } from '../store/measurement-cache.js';

export interface WrapOptions {
  /** Seconds a run may take. */
  readonly timeout?: number;
  /** Multiples of the quickest complete run that a run may take. */
  readonly timeoutFactor?: number;
  /** Seconds that the quickest of earlier runs took. */
  readonly quickestSeconds?: number | undefined;
  readonly repeats?: number;
  /** Metrics without noise: those of `oracle.analyze`. */
  readonly exact?: readonly string[];
  /** Closed with the oracle. */
  readonly cache?: MeasurementCache;
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
  if (repeats !== undefined && repeats > 1) wrapped = repeated(wrapped, repeats, options.exact);
  return cache === undefined ? wrapped : cached(wrapped, space.key, cache);
}

export interface TimeLimit {
  /** The most a measurement may take. */
  readonly seconds?: number;
  /** The most it may take in multiples of the quickest complete measurement so far. */
  readonly factor?: number;
  /** What the quickest took before: a study that is resumed goes on with the limit it had. */
  readonly quickestSeconds?: number;
}

/** How long an oracle may take to heed its signal; then it is left behind. */
const GRACE_MS = 3000;

/** Ends measurements that take too long, as failures of kind timeout. The limit also holds for a quicker oracle's slips. */
export function timeLimited(oracle: Oracle, limits: TimeLimit): Oracle {
  const { seconds = Infinity, factor = Infinity, quickestSeconds = Infinity } = limits;
  let quickest = quickestSeconds;
  return {
    ...oracle,
    async measure(configuration, context) {
      const limit = Math.min(seconds, factor * quickest);
      const started = performance.now();
      const expiry = new AbortController();
      const signal = AbortSignal.any([context.signal, expiry.signal]);
      const measured = oracle.measure(configuration, { ...context, signal });
      const stops: (() => void)[] = [];
      const expired = new Promise<Measurement>((resolve) => {
        const timeout: Measurement = { state: 'failed', kind: 'timeout', message: `took more than ${show(limit)} s` };
        stops.push(
          startTimer(limit * 1000, () => {
            expiry.abort();
            stops.push(startTimer(GRACE_MS, () => resolve(timeout)));
            measured.then(
              () => resolve(timeout),
              () => resolve(timeout),
            );
          }),
        );
      });
      try {
        // Once expired, what the oracle says of its own end does not count.
        const result = await Promise.race([expired, measured.then((own) => (expiry.signal.aborted ? expired : own))]);
        if (result.state === 'complete') quickest = Math.min(quickest, (performance.now() - started) / 1000);
        return result;
      } catch (error) {
        if (expiry.signal.aborted) return await expired;
        throw error;
      } finally {
        for (const stop of stops) stop();
      }
    },
  };
}

const show = (seconds: number) => Number(seconds.toPrecision(3));

/** `secondsSpread` says how far the repeats of `seconds` lie apart. */
const SPREAD = 'Spread';

/**
 * Measures every configuration several times, for metrics with noise: each metric is the median, and beside it stands
 * the difference of the largest and the smallest as `<metric>Spread`. Repeat i is given the seed plus i. The first repeat
 * that is not complete is the result.
 *
 * @param exact metrics without noise (the analytic ones), which have no spread.
 */
export function repeated(oracle: Oracle, times: number, exact: readonly string[] = []): Oracle {
  const { parts: _, ...whole } = oracle;
  return {
    ...whole,
    metrics: oracle.metrics.flatMap((metric) => (exact.includes(metric) ? [metric] : [metric, metric + SPREAD])),
    async measure(configuration, context) {
      const runs: Metrics[] = [];
      let seconds = 0;
      for (let i = 0; i < times; i++) {
        const result = await oracle.measure(configuration, { ...context, seed: context.seed + i });
        if (result.state !== 'complete') return result;
        runs.push(result.metrics);
        seconds += result.seconds ?? 0;
      }
      return { state: 'complete', metrics: summarise(runs, exact), ...(seconds > 0 ? { seconds } : {}) };
    },
    fingerprint: async () => ({ ...(await oracle.fingerprint()), repeats: times }),
  };
}

/** The metric that a spread belongs to: the name itself for one that is no spread. */
export const withoutSpread = (metric: string): string =>
  metric.endsWith(SPREAD) && metric.length > SPREAD.length ? metric.slice(0, -SPREAD.length) : metric;

/** Over the metrics that every repeat has. */
function summarise(runs: readonly Metrics[], exact: readonly string[]): Metrics {
  const common = Object.keys(runs[0] ?? {}).filter((metric) => runs.every((run) => run[metric] !== undefined));
  return Object.fromEntries(
    common.flatMap((metric) => {
      const values = runs.map((run) => run[metric] as number);
      const middle = [metric, median(values)] as const;
      return exact.includes(metric) ? [middle] : [middle, [metric + SPREAD, Math.max(...values) - Math.min(...values)]];
    }),
  );
}

/**
 * Looks every configuration up before it measures it, and keeps what was measured: complete and infeasible ones, while
 * failures are tried again. What is kept belongs to the oracle's fingerprint, so a changed program starts afresh.
 *
 * @param key equal for two spellings of one configuration (`space.key`).
 */
export async function cached(
  oracle: Oracle,
  key: (configuration: Configuration) => string,
  cache: MeasurementCache,
): Promise<Oracle> {
  const owner = JSON.stringify([oracle.name, await oracle.fingerprint()]);
  return {
    ...oracle,
    async measure(configuration, context): Promise<Measurement> {
      const own = key(configuration);
      const kept = cache.get(owner, own);
      if (kept !== undefined) return kept;
      const measured = await oracle.measure(configuration, context);
      if (measured.state !== 'failed' && measured.state !== 'pruned') cache.set(owner, own, measured);
      return measured;
    },
    async close() {
      cache.close();
      await oracle.close?.();
    },
  };
}
