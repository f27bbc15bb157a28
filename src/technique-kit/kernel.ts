import type { Feature } from '../core/space.js';
import { ORDER_DISTANCES, type OrderColumns, orderColumns, orderDistances } from './order-distances.js';

/** Logarithms: the relevance w of every group of features, then p, a and the noise variance. */
export type KernelLogs = readonly number[];

/** Beyond this many features neighbours share a relevance: as many could not be told from the trials of a study. */
const MOST_GROUPS = 64;
/** One over the squared length scale of numbers in the sum of one-dimensional kernels. */
const ALONE = 4;
/** What steps of so many values add to the distances of all rows is worked out once for each value. */
const MOST_REMEMBERED = 64;
/** How far off the axis of a number "inactive" lies, squared: as far from both ends as these from one another. */
const OFF_AXIS = 0.75;

/**
 * Features that share a relevance: `of[d]` is the group of feature d. Up to 64 features each has its own. The columns
 * of an order are in none: each of the distances between orders is a group, from `group` on.
 */
export interface FeatureGroups {
  readonly of: Uint16Array;
  readonly sizes: readonly number[];
  /** The features that are no place in an order. */
  readonly scalars: Uint16Array;
  readonly orders: readonly (OrderColumns & { readonly group: number })[];
}

export function featureGroups(features: readonly Feature[]): FeatureGroups {
  const scalars = Uint16Array.from(features.keys()).filter((d) => features[d]!.isPlace !== true);
  const each = Math.ceil(scalars.length / MOST_GROUPS);
  const of = new Uint16Array(features.length);
  const sizes = new Array<number>(scalars.length === 0 ? 0 : Math.floor((scalars.length - 1) / each) + 1).fill(0);
  for (const [k, d] of scalars.entries()) {
    of[d] = Math.floor(k / each);
    sizes[of[d]!]!++;
  }
  const orders = orderColumns(features).map((columns) => {
    const group = sizes.length;
    sizes.push(...new Array<number>(ORDER_DISTANCES).fill(1));
    return { ...columns, group };
  });
  return { of, sizes, scalars, orders };
}

/**
 * The covariance of two configurations, from their encoded features:
 *
 *   k(x, x') = p M(r²) + a (1 - t / Σ w),  r² = Σ w_d δ_d²,  t = Σ w_d t_d
 *
 * M is the Matérn-5/2 function, w_d the relevance of feature d (one over its squared length scale), δ_d the distance
 * in it: |x_d - x'_d| of numbers, 0 or 1 of categories (Hamming); t_d = δ_d of categories, 1 - M(4 δ_d²) of numbers. An
 * order counts as five features, δ_d² = t_d being its distances (order-distances.ts). The first part holds interactions; the second, a sum of one-dimensional kernels (Duvenaud et al., 2011), holds what adds up over the
 * parameters, as sizes and costs do, and carries it beyond the measured region, where the first knows nothing.
 *
 * Inactive numbers: the first part is positive definite if the distances are those of points in a space. So "inactive"
 * is a point beside the middle of the axis, √¾ off it, at distance 1 from both ends (a flat relative of the arc kernel
 * of Swersky et al., 2014); inactive categories are one more category. In the second part a number and "inactive" have
 * nothing in common, t_d = 1, which leaves a matrix of two blocks.
 */
export interface MixedKernel {
  /** k between row `i` of `rows` and row `j` of `others`, rows of as many numbers as there are features. */
  between(rows: Float64Array, i: number, others: Float64Array, j: number): number;
  /** Writes k between a row and the first `size` (or all) of `rows` into an array; what one feature adds is remembered. */
  toAll(rows: Float64Array): (row: Float64Array, into: Float64Array, size?: number) => void;
  /** Adds `factor` times the slope of k(row, row `i` of `rows`) along the features `axes` of `row`, numbers both active. */
  addSlope(
    row: Float64Array,
    rows: Float64Array,
    i: number,
    axes: readonly number[],
    factor: number,
    into: Float64Array,
  ): void;
  /** k(x, x), the same everywhere: p + a. */
  readonly self: number;
  readonly noise: number;
}

export function createMixedKernel(features: readonly Feature[], logs: KernelLogs): MixedKernel {
  const width = features.length;
  const { of, sizes, scalars, orders } = featureGroups(features);
  const isCategory = Uint8Array.from(features, ({ kind }) => (kind === 'category' ? 1 : 0));
  const weights = Float64Array.from(of, (group, d) => (features[d]!.isPlace === true ? 0 : Math.exp(logs[group]!)));
  const [product, additive, noise] = logs.slice(sizes.length).map(Math.exp) as [number, number, number];
  const ways = orders.map((columns) => ({
    distances: orderDistances(columns, width),
    relevances: logs.slice(columns.group, columns.group + ORDER_DISTANCES).map(Math.exp),
  }));
  const relevance = ways.reduce(
    (sum, { relevances }) => relevances.reduce((total, each) => total + each, sum),
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  const share = additive / relevance;
  const found = new Float64Array(ORDER_DISTANCES);

  /** What orders add to r², and to t as well. */
  function orderDistance(rows: Float64Array, i: number, others: Float64Array, j: number): number {
    let sum = 0;
    for (const { distances, relevances } of ways) {
      distances.between(rows, i, others, j, found);
      for (let k = 0; k < ORDER_DISTANCES; k++) sum += relevances[k]! * found[k]!;
    }
    return sum;
  }

  /** r², and t in `plain`. */
  let plain = 0;
  function squaredDistance(rows: Float64Array, i: number, others: Float64Array, j: number): number {
    const [own, other] = [i * width, j * width];
    let squared = 0;
    plain = 0;
    for (const d of scalars) {
      const a = rows[own + d]!;
      const b = others[other + d]!;
      if (a === b) continue;
      const weight = weights[d]!;
      if (isCategory[d] === 1) {
        squared += weight;
        plain += weight;
      } else if (a < 0 || b < 0) {
        squared += weight * squaredOffAxis(Math.max(a, b));
        plain += weight;
      } else {
        const distance = (a - b) * (a - b);
        squared += weight * distance;
        plain += weight * apart(distance);
      }
    }
    if (ways.length === 0) return squared;
    const byOrders = orderDistance(rows, i, others, j);
    plain += byOrders;
    return squared + byOrders;
  }

  return {
    self: product + additive,
    noise,
    between(rows, i, others, j) {
      const squared = squaredDistance(rows, i, others, j);
      return product * matern(squared) + additive - share * plain;
    },
    toAll(rows) {
      const count = rows.length / width;
      const columns = features.map(({ cardinality, isPlace }, d) =>
        cardinality <= MOST_REMEMBERED && isPlace !== true ? column(rows, d, width) : undefined,
      );
      const apartOf = (d: number, x: number, other: number): readonly [squared: number, plain: number] => {
        if (x === other) return [0, 0];
        if (isCategory[d] === 1) return [1, 1];
        if (x < 0 || other < 0) return [squaredOffAxis(Math.max(x, other)), 1];
        const distance = (x - other) * (x - other);
        return [distance, apart(distance)];
      };
      /** From `x` to each of `size` values of feature d: every `step`-th of `others` from `start` on. */
      const write = (
        into: Apart,
        d: number,
        x: number,
        others: Float64Array,
        start: number,
        step: number,
        size: number,
      ) => {
        for (let i = 0; i < size; i++) {
          const [bySquared, byPlain] = apartOf(d, x, others[start + i * step]!);
          into.squared[i] = weights[d]! * bySquared;
          into.plain[i] = weights[d]! * byPlain;
        }
        return into;
      };
      const apartFrom = (d: number, x: number, size: number): Apart => {
        const few = columns[d];
        if (few === undefined) {
          scratch[d] ??= emptyApart(count);
          return write(scratch[d]!, d, x, rows, d, width, size);
        }
        const known = few.remembered.get(x);
        if (known !== undefined) return known;
        const own = emptyApart(count);
        const { squared, plain } = write(emptyApart(few.values.length), d, x, few.values, 0, 1, few.values.length);
        for (let i = 0; i < count; i++) {
          own.squared[i] = squared[few.places[i]!]!;
          own.plain[i] = plain[few.places[i]!]!;
        }
        few.remembered.set(x, own);
        return own;
      };
      const scratch: Apart[] = [];
      const sums = emptyApart(count);
      const squared: Float64Array[] = [];
      const plain: Float64Array[] = [];
      return (row, into, size = count) => {
        for (const [k, d] of scalars.entries()) {
          const own = apartFrom(d, row[d]!, size);
          squared[k] = own.squared;
          plain[k] = own.plain;
        }
        addUp(sums.squared, squared, size);
        addUp(sums.plain, plain, size);
        for (let i = 0; ways.length > 0 && i < size; i++) {
          const byOrders = orderDistance(row, 0, rows, i);
          sums.squared[i]! += byOrders;
          sums.plain[i]! += byOrders;
        }
        for (let i = 0; i < size; i++) into[i] = product * matern(sums.squared[i]!) + additive - share * sums.plain[i]!;
      };
    },
    addSlope(row, rows, i, axes, factor, into) {
      const start = i * width;
      const bySquared = 2 * factor * product * maternSlope(squaredDistance(row, 0, rows, i));
      for (const d of axes) {
        const other = rows[start + d]!;
        const difference = row[d]! - (other < 0 ? 0.5 : other);
        const byAlone = other < 0 ? 0 : 2 * factor * share * ALONE * maternSlope(ALONE * difference * difference);
        into[d]! += weights[d]! * (bySquared + byAlone) * difference;
      }
    },
  };
}

/** What one value of a feature adds to r² and to the sum of t, for every row. */
interface Apart {
  readonly squared: Float64Array;
  readonly plain: Float64Array;
}

const emptyApart = (count: number): Apart => ({ squared: new Float64Array(count), plain: new Float64Array(count) });

/** A feature of few values in all rows: which there are, and the place among them of each row's. */
interface Column {
  readonly values: Float64Array;
  readonly places: Uint16Array;
  /** What was worked out for a value. */
  readonly remembered: Map<number, Apart>;
}

function column(rows: Float64Array, d: number, width: number): Column {
  const known = new Map<number, number>();
  const places = new Uint16Array(rows.length / width);
  for (let i = 0; i < places.length; i++) {
    const value = rows[i * width + d]!;
    let place = known.get(value);
    if (place === undefined) {
      place = known.size;
      known.set(value, place);
    }
    places[i] = place;
  }
  return { values: Float64Array.from(known.keys()), places, remembered: new Map() };
}

/** Writes the sums of the first `size` numbers of all columns, from the first column on; four at once spare the way to memory. */
function addUp(into: Float64Array, columns: readonly Float64Array[], size: number): void {
  into.fill(0);
  let d = 0;
  for (; d + 3 < columns.length; d += 4) {
    const [first, second, third, fourth] = [columns[d]!, columns[d + 1]!, columns[d + 2]!, columns[d + 3]!];
    for (let i = 0; i < size; i++) into[i] = into[i]! + first[i]! + second[i]! + third[i]! + fourth[i]!;
  }
  for (; d < columns.length; d++) {
    const one = columns[d]!;
    for (let i = 0; i < size; i++) into[i]! += one[i]!;
  }
}

/** Sums of the distances between all pairs of rows (i > j, row by row), a group of features after the other. */
export interface PairDistances {
  readonly count: number;
  readonly sizes: readonly number[];
  /** Of t_d. */
  readonly plain: Float64Array;
  /** Of δ_d², the same array where all are 0 or 1. */
  readonly squared: Float64Array;
}

export function pairDistances(features: readonly Feature[], rows: Float64Array): PairDistances {
  const width = features.length;
  const count = rows.length / width;
  const { of, sizes, scalars, orders } = featureGroups(features);
  const plain = new Float64Array((count * (count - 1) * sizes.length) / 2);
  const isCategory = features.map(({ kind, isPlace }) => kind === 'category' || isPlace === true);
  const squared = isCategory.every(Boolean) ? plain : new Float64Array(plain.length);
  const ways = orders.map(({ group, ...columns }) => ({ group, distances: orderDistances(columns, width) }));
  const found = new Float64Array(ORDER_DISTANCES);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++, at += sizes.length) {
      for (const { group, distances } of ways) {
        distances.between(rows, i, rows, j, found);
        plain.set(found, at + group);
        squared.set(found, at + group);
      }
      for (const d of scalars) {
        const a = rows[i * width + d]!;
        const b = rows[j * width + d]!;
        if (a === b) continue;
        const isOff = a < 0 || b < 0;
        const isWhole = isCategory[d] === true || isOff;
        const distance = (a - b) * (a - b);
        plain[at + of[d]!]! += isWhole ? 1 : apart(distance);
        if (squared === plain) continue;
        squared[at + of[d]!]! += isCategory[d] === true ? 1 : isOff ? squaredOffAxis(Math.max(a, b)) : distance;
      }
    }
  }
  return { count, sizes, plain, squared };
}

/** t_d of two numbers at a squared distance. */
const apart = (distance: number): number => 1 - matern(ALONE * distance);

/** The squared distance of a number in [0, 1] from "inactive". */
const squaredOffAxis = (x: number): number => (x - 0.5) ** 2 + OFF_AXIS;

/** The Matérn-5/2 correlation at a squared scaled distance (Rasmussen and Williams, 2006, equation 4.17). */
export function matern(squared: number): number {
  const root = Math.sqrt(5 * squared);
  return (1 + root + (5 / 3) * squared) * Math.exp(-root);
}

/** Its derivative by the squared distance. */
const maternSlope = (squared: number): number => maternSlopeBy(squared, maternDecay(squared));

/** The exponential in both, for who needs both: it is most of what they cost. */
export const maternDecay = (squared: number): number => Math.exp(-Math.sqrt(5 * squared));

export const maternBy = (squared: number, decay: number): number =>
  (1 + Math.sqrt(5 * squared) + (5 / 3) * squared) * decay;

export const maternSlopeBy = (squared: number, decay: number): number =>
  (-5 / 6) * (1 + Math.sqrt(5 * squared)) * decay;
