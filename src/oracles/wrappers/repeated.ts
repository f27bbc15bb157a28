import { median } from 'simple-statistics';
import type { Metrics, Oracle } from '../../core/oracle.js';

/** `secondsSpread` says how far the repeats of `seconds` lie apart. */
const SPREAD = 'Spread';

/**
 * Measures every configuration several times, for metrics with noise: each metric is the median, and beside it stands
 * the difference of the largest and the smallest as `<metric>Spread`. Analytic metrics have no spread. Repeat i is given
 * the seed plus i. The first repeat that is not complete is the result.
 */
export function repeated(oracle: Oracle, times: number): Oracle {
  return {
    ...oracle,
    metrics: oracle.metrics.flatMap((metric) => [metric, metric + SPREAD]),
    async measure(configuration, context) {
      const exact = Object.keys(oracle.analyze?.(configuration) ?? {});
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
