import { logNormalMass } from '../numerics/normal.js';
import { type Axis, cardinalityOf, type NumericAxis, unitOf } from './axes.js';

/** Trials that a regime needs (Optuna's). */
const LEAST_TRIALS = 2;
/** Points of a grid at most. */
const STEPS = 50;
/** Keeps densities apart from 0. */
const LEAST_DENSITY = 1e-12;

/**
 * How important each axis is for a trial to be among the good ones, by the Pearson divergence of the density of the good
 * from that of all (PED-ANOVA: Watanabe, Bansal and Hutter, IJCAI 2023), where a parameter may be inactive in some trials
 * regime by regime (condPED-ANOVA: KDD 2026). The same numbers as Optuna 5.0's evaluator with its defaults gives.
 *
 * @param places of every trial on every axis: `places[axis][trial]`, undefined where inactive.
 * @param isGood one a trial.
 * @returns one number an axis, not normalised.
 */
export function pedAnova(
  axes: readonly Axis[],
  places: readonly (readonly (number | undefined)[])[],
  isGood: readonly boolean[],
): number[] {
  const all = isGood.length;
  const good = isGood.filter(Boolean).length;
  if (good === 0 || all < LEAST_TRIALS) return axes.map(() => 0);
  return axes.map((axis, a) => {
    const own = places[a] ?? [];
    const active = [...own.keys()].filter((trial) => own[trial] !== undefined);
    const chosen = active.filter((trial) => isGood[trial]);
    if (cardinalityOf(axis) <= 1 || chosen.length === 0 || active.length < LEAST_TRIALS) return 0;
    const placesOf = (trials: readonly number[]) => trials.map((trial) => own[trial] as number);
    const [top, local] = [densityOf(axis, placesOf(chosen)), densityOf(axis, placesOf(active))];
    const divergence = local.reduce((sum, density, i) => sum + density * ((top[i] as number) / density - 1) ** 2, 0);
    return ((chosen.length / good) ** 2 / (active.length / all)) * divergence * (good / all) ** 2;
  });
}

/** The Parzen estimate on the axis' grid, with a prior of the weight of one trial. */
function densityOf(axis: Axis, places: readonly number[]): number[] {
  const size = gridSize(axis);
  const counts = new Array<number>(size).fill(0);
  for (const place of places) {
    const index = axis.kind === 'category' ? place : cellOf(axis, place, size);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const seen = [...counts.keys()].filter((i) => (counts[i] as number) > 0);
  const weights = seen.map((i) => counts[i] as number);
  const density = axis.kind === 'category' ? categoryDensity(size, seen, weights) : numericDensity(size, seen, weights);
  return density.map((value) => value + LEAST_DENSITY);
}

/** As many points as the axis has values, within limits; a logarithmic one of whole numbers has them by the doubling. */
function gridSize(axis: Axis): number {
  if (axis.kind === 'category') return axis.values.length;
  const { isLog, count, low, high } = axis;
  if (count === null) return STEPS;
  const isPowers = isLog && count < high - low + 1;
  const own = isLog && !isPowers ? Math.ceil(Math.log2(high - low + 1)) + 1 : count;
  return Math.min(own, STEPS);
}

/** The nearest point of the grid; what lies in the middle goes to the lower one. */
const cellOf = (axis: NumericAxis, place: number, size: number) =>
  Math.min(size - 1, Math.max(0, Math.ceil(unitOf(axis, place) * (size - 1) - 0.5)));

function categoryDensity(size: number, seen: readonly number[], weights: readonly number[]): number[] {
  const kernels = seen.length + 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0) + 1;
  // A kernel of a value has one there and 1 / kernels everywhere; that of the prior is even.
  const density = new Array<number>(size).fill(1 / size / total);
  for (const [k, place] of seen.entries()) {
    const share = (weights[k] as number) / total / (1 + size / kernels);
    for (let i = 0; i < size; i++) density[i] = (density[i] as number) + share * ((i === place ? 1 : 0) + 1 / kernels);
  }
  return density;
}

/** Normals cut off at the ends of the grid, as wide as Scott's rule (1992) says of the values. */
function numericDensity(size: number, seen: readonly number[], weights: readonly number[]): number[] {
  const count = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = seen.reduce((sum, x, i) => sum + x * (weights[i] as number), 0) / count;
  const squares = seen.reduce((sum, x, i) => sum + (x - mean) ** 2 * (weights[i] as number), 0);
  let total = 0;
  const cumulated = weights.map((weight) => (total += weight));
  const first = cumulated.findIndex((sum) => sum >= Math.floor(count / 4));
  const third = cumulated.findIndex((sum) => sum > Math.floor((count * 3) / 4));
  const quartiles = (seen[third < 0 ? seen.length - 1 : third] as number) - (seen[first] as number);
  const spread = Math.min(quartiles / 1.34, Math.sqrt(squares / Math.max(1, count - 1)));
  const width = Math.max(1.059 * spread * count ** -0.2, 0.5 / 1.64);
  const kernels = [
    ...seen.map((centre, i) => ({ centre, width, weight: (weights[i] as number) / (count + 1) })),
    { centre: (size - 1) / 2, width: size, weight: 1 / (count + 1) },
  ];
  return Array.from({ length: size }, (_, x) =>
    kernels.reduce((sum, { centre, width: sigma, weight }) => {
      const z = (at: number) => (at - centre) / sigma;
      const whole = logNormalMass(z(-0.5), z(size - 0.5));
      return sum + weight * Math.exp(logNormalMass(z(x - 0.5), z(x + 0.5)) - whole);
    }, 0),
  );
}
