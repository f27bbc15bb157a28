import { bisect, errorFunction } from 'simple-statistics';

const ALPHA = 0.05;

/**
 * Nemenyi's critical difference as Demsar (2006) uses it: mean ranks of `treatments` over `blocks` that lie further
 * apart differ at the 5 % level. The quantile of the studentized range is computed, so any number of treatments goes.
 */
export function criticalDifference(treatments: number, blocks: number): number {
  if (treatments < 2 || blocks < 1) return 0;
  const quantile = bisect((range) => rangeBelow(range, treatments) - (1 - ALPHA), 0, 10, 100, 1e-7) as number;
  return (quantile / Math.SQRT2) * Math.sqrt((treatments * (treatments + 1)) / (6 * blocks));
}

/** The chance that the range of `count` standard normals is below `range` (Simpson's rule). */
function rangeBelow(range: number, count: number): number {
  const [from, to, intervals] = [-8, 8 + range, 800];
  const step = (to - from) / intervals;
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const largest = from + i * step;
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * density(largest) * (cumulative(largest) - cumulative(largest - range)) ** (count - 1);
  }
  return (count * sum * step) / 3;
}

const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Not simple-statistics' own, which is a table of two decimals. */
const cumulative = (z: number) => (1 + errorFunction(z / Math.SQRT2)) / 2;
