import type { Rng } from '../base/rng.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { minimize } from '../numerics/minimize.js';
import { isContinuum } from './continuum.js';

export interface MaximizeOptions {
  readonly space: SearchSpace;
  readonly rng: Rng;
  /** Promising configurations, the best first: the best ones, or the front. */
  readonly elites: readonly Configuration[];
  /**
   * Those that could be measured, where others could not. What two of them differ in, put to an elite, keeps to a rule
   * that nobody told, such as one switch of a group on, more often than mutants do.
   */
  readonly measured?: readonly Configuration[] | undefined;
  /** True for what was measured or is being measured. */
  isTaken(key: string): boolean;
  score(configuration: Configuration): number;
  /** For models that have slopes. */
  readonly slopes?: {
    /** The features of the space, perhaps with others after them. */
    encode(configuration: Configuration): readonly number[];
    /** The score at an encoded configuration and its slopes along the features `axes`, written at their places. */
    at(encoded: Float64Array, axes: readonly number[], into: Float64Array): number;
  };
  /** How many configurations are scored at most, before those that ascents along slopes arrive at. */
  readonly budget: number;
}

/** So much of the budget goes to the pool, the rest to climbing from its best. */
const POOL = 0.7;
const CLIMBS = 4;
/** A space of more parameters has too many neighbours to list: so many are drawn instead. */
const LISTED = 100;
/** Parameters (places of orders) that may be set an ask, configurations times their number: bounds the time in wide spaces. */
const WORK = 80_000;
/** Deviations of normal steps on the unit axes. */
const SIGMAS = [0.2, 0.05, 0.0125];
const FINE = { rate: 0, kind: 'normal', sigma: 0.02 } as const;
const FINE_STEPS = 6;
/**
 * In spaces mostly of orders: so many times the budget, a smaller part of it for the pool, and so many random moves tried
 * before the neighbours. What an order has of near ones goes with the square of its items, and most find nothing.
 */
const ORDERS = { effort: 4, pool: 0.3, moves: 300 };
/** Evaluations of one ascent, and the longest of its steps on the unit axes. */
const ASCENT = { evaluations: 40, tolerance: 1e-4, longest: 0.2 };

type Slopes = NonNullable<MaximizeOptions['slopes']>;

interface Scored {
  readonly configuration: Configuration;
  readonly score: number;
}

/**
 * The configuration of the highest score found that is not taken: the best of a pool (mutants and crossings of the
 * elites, random draws; everything where the space is small), then a climb from each of the best over neighbours, over
 * small steps where parameters are continuous, or, where there are slopes, along these by L-BFGS. Undefined when all
 * that was seen is taken.
 */
export function maximizeAcquisition(options: MaximizeOptions): Configuration | undefined {
  const { space, rng, score, slopes } = options;
  const [wanted, share, width] = isOfOrders(space)
    ? [ORDERS.effort * options.budget, ORDERS.pool, space.features.length]
    : [options.budget, POOL, space.parameters.length];
  const budget = Math.max(CLIMBS, Math.min(wanted, Math.floor(WORK / width)));
  const scored = new Map<string, Scored>();
  const take = (configuration: Configuration, isFree = false) => {
    const key = space.key(configuration);
    const known = scored.get(key);
    if (known !== undefined) return known;
    if ((scored.size >= budget && !isFree) || options.isTaken(key)) return undefined;
    const entry = { configuration, score: score(configuration) };
    scored.set(key, entry);
    return entry;
  };
  for (const configuration of pool(options, Math.ceil(share * budget))) take(configuration);
  const isContinuous = space.features.some(isContinuum);
  const isDiscrete = space.features.some((feature) => !isContinuum(feature));
  for (let { configuration: at, score: height } of best([...scored.values()], CLIMBS)) {
    const rise = (found: Scored | undefined) => {
      if (found === undefined || found.score <= height) return false;
      [at, height] = [found.configuration, found.score];
      return true;
    };
    const climb = () => {
      for (const step of steps(space, at, isContinuous, rng)) {
        if (scored.size >= budget) return false;
        if (rise(take(step))) return true;
      }
      return false;
    };
    const ascend = () => slopes !== undefined && isContinuous && rise(take(ascent(options, slopes, at), true));
    ascend();
    if (slopes === undefined || isDiscrete) while (scored.size < budget && (climb() || ascend()));
  }
  return best([...scored.values()], 1)[0]?.configuration;
}

const isOfOrders = ({ features }: SearchSpace) =>
  2 * features.filter(({ isPlace }) => isPlace === true).length > features.length;

function* pool({ space, rng, elites, measured = [] }: MaximizeOptions, count: number): Iterable<Configuration> {
  const size = space.size();
  if (size !== null && size <= BigInt(count)) return yield* space.enumerate();
  const rate = 1 / space.parameters.length;
  const isContinuous = space.features.some(isContinuum);
  const crossing = isOfOrders(space) ? 'sbx' : 'uniform';
  for (let i = 0; i < count; i++) {
    const kind = elites.length === 0 ? 0 : i % 5;
    const parent = () => rng.pick(elites);
    if (kind === 0) yield space.sample(rng);
    else if (kind === 1 && measured.length > 2) {
      yield space.difference(parent(), rng.pick(measured), rng.pick(measured), 1, rng);
    } else if (kind < 3) yield space.mutate(parent(), { rate: i % 2 === 0 ? rate : 2 * rate }, rng);
    else if (isContinuous) {
      const sigma = SIGMAS[Math.floor(i / 5) % SIGMAS.length]!;
      const from = i % 2 === 0 ? elites[0]! : parent();
      yield space.mutate(from, { rate: rng.pick([1, 0.5, 2 * rate]), kind: 'normal', sigma }, rng);
    } else {
      // What is uniform elsewhere hands an order on whole; ox1 makes one of two.
      const child = space.crossover(parent(), parent(), rng, crossing);
      yield i % 2 === 0 ? child : space.mutate(child, { rate: 0 }, rng);
    }
  }
}

/** Configurations one small change away, in random order. */
function* steps(space: SearchSpace, at: Configuration, isContinuous: boolean, rng: Rng): Iterable<Configuration> {
  if (isContinuous) for (let i = 0; i < FINE_STEPS; i++) yield space.mutate(at, FINE, rng);
  // Neighbours of an order are swaps of two items side by side; a mutant may swap, turn or move any stretch of it.
  if (isOfOrders(space)) for (let i = 0; i < ORDERS.moves; i++) yield space.mutate(at, { rate: 0 }, rng);
  if (space.parameters.length <= LISTED) yield* rng.shuffle(space.neighbours(at));
  else for (let i = 0; i < LISTED; i++) yield space.mutate(at, { rate: 0 }, rng);
}

/** Where the slopes along the continuous features lead to, the others left as they are. */
function ascent({ space, rng }: MaximizeOptions, slopes: Slopes, from: Configuration): Configuration {
  const row = Float64Array.from(slopes.encode(from));
  const axes = [...space.features.keys()].filter((d) => isContinuum(space.features[d]!) && row[d]! >= 0);
  if (axes.length === 0) return from;
  const found = new Float64Array(row.length);
  const place = (point: readonly number[]) => {
    for (const [k, d] of axes.entries()) row[d] = Math.min(1, Math.max(0, point[k]!));
  };
  const fall = (point: readonly number[], gradient: Float64Array) => {
    place(point);
    const value = slopes.at(row, axes, found);
    for (const [k, d] of axes.entries()) {
      // Beyond a bound only the way back counts.
      const leadsOut = (point[k]! <= 0 && found[d]! < 0) || (point[k]! >= 1 && found[d]! > 0);
      gradient[k] = leadsOut ? 0 : -found[d]!;
    }
    return -value;
  };
  const { point } = minimize(
    fall,
    axes.map((d) => row[d]!),
    ASCENT,
  );
  // Every feature has its axis of the unit cube; that of a continuous one is the same number.
  const unit = space.toUnit(from);
  for (const [k, d] of axes.entries()) unit[d] = Math.min(1, Math.max(0, point[k]!));
  return space.fromUnit(unit, rng);
}

function best<Entry extends { readonly score: number }>(entries: readonly Entry[], count: number): Entry[] {
  return [...entries].sort((a, b) => b.score - a.score).slice(0, count);
}
