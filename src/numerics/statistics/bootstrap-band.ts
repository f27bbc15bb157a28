import { quantileSorted } from 'simple-statistics';
import { createRng } from '../../base/rng.js';

export interface Band {
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const RESAMPLES = 1000;

/**
 * The mean of some curves of one length and its 95 % band: percentiles of the means of resampled curves (Efron, 1979).
 * Whole curves are drawn, the same ones for every position; the draws are fixed, so equal curves give equal bands.
 */
export function bootstrapBand(curves: readonly (readonly number[])[]): Band {
  const length = curves[0]?.length ?? 0;
  const rng = createRng('bootstrap', curves.length);
  const draws = Array.from({ length: RESAMPLES }, () => curves.map(() => rng.int(0, curves.length - 1)));
  const meanOf = (position: number, members: readonly number[]) =>
    members.reduce((sum, i) => sum + curves[i]![position]!, 0) / members.length;
  const band = { mean: [] as number[], low: [] as number[], high: [] as number[] };
  const all = curves.map((_, i) => i);
  for (let position = 0; position < length; position++) {
    const means = draws.map((draw) => meanOf(position, draw)).sort((a, b) => a - b);
    band.mean.push(meanOf(position, all));
    band.low.push(quantileSorted(means, 0.025));
    band.high.push(quantileSorted(means, 0.975));
  }
  return band;
}
