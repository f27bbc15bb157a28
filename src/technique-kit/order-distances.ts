import type { Feature } from '../core/space.js';

/**
 * How far apart two orders of the same n items are, in the ways that problems of order see it. Each is 0 for equal
 * orders and at most 1.
 *
 * - places: items that stand at another place, of all (Hamming): assignments
 * - neighbours: pairs of items next to one another, the last and the first with them, whatever comes first, that are not so
 *   in the other order, of all: round trips
 * - successors: items that another one follows, of all: changeovers
 * - precedences: pairs of items that stand the other way around, of all (Kendall, 1938): schedules
 * - shifts: squares of how far each item has moved, of the most that is possible (Spearman, 1904): schedules
 *
 * Each is half of the squared distance of two vectors of length 1: of places, of pairs, or of ranks about their middle. So
 * any sum of them with weights above 0 is a squared distance of points, 1 minus any is a covariance, and a point off
 * the sphere, at distance 1 from all of it, stands for "inactive".
 */
export const ORDER_DISTANCES = 5;

/** One order among the columns of the encoding. */
export interface OrderColumns {
  readonly from: number;
  readonly count: number;
}

/** Where the orders are; columns of numbers and categories are in none. */
export function orderColumns(features: readonly Feature[]): OrderColumns[] {
  const found: OrderColumns[] = [];
  for (let d = 0; d < features.length; d++) {
    const { isPlace, cardinality } = features[d]!;
    if (isPlace !== true) continue;
    found.push({ from: d, count: cardinality });
    d += cardinality - 1;
  }
  return found;
}

/** An order as distances read it. */
interface Order {
  readonly places: Uint16Array;
  readonly items: Uint16Array;
  /** A bit for every pair of items: which of the two comes first. */
  readonly firsts: Int32Array;
}

/** Distances between orders in one block of columns. What was read of an array of rows is remembered with the array. */
export interface OrderDistances {
  /** Writes the distances between row `i` of `rows` and row `j` of `others`, the width of both being `width`. */
  between(rows: Float64Array, i: number, others: Float64Array, j: number, into: Float64Array): void;
}

export function orderDistances({ from, count }: OrderColumns, width: number): OrderDistances {
  const known = new WeakMap<Float64Array, (Order | null)[]>();
  const pairs = (count * (count - 1)) / 2;
  // The squares of all shifts of an order turned around.
  const farthest = (count * (count * count - 1)) / 3;

  function read(rows: Float64Array, i: number): Order | null {
    const start = i * width + from;
    if (rows[start]! < 0) return null;
    const places = new Uint16Array(count);
    const items = new Uint16Array(count);
    for (let item = 0; item < count; item++) {
      const place = Math.round(rows[start + item]! * count - 0.5);
      places[item] = place;
      items[place] = item;
    }
    const firsts = new Int32Array((pairs + 31) >> 5);
    for (let a = 0, bit = 0; a < count; a++) {
      for (let b = 0; b < a; b++, bit++) if (places[b]! < places[a]!) firsts[bit >> 5]! |= 1 << (bit & 31);
    }
    return { places, items, firsts };
  }

  function orderAt(rows: Float64Array, i: number): Order | null {
    const orders = known.get(rows) ?? [];
    known.set(rows, orders);
    const order = orders[i];
    if (order !== undefined) return order;
    const fresh = read(rows, i);
    orders[i] = fresh;
    return fresh;
  }

  return {
    between(rows, i, others, j, into) {
      const a = orderAt(rows, i);
      const b = orderAt(others, j);
      into.fill(a === b ? 0 : 1);
      if (a === null || b === null || count < 2) return;
      let [moved, parted, unfollowed, turned, shifted] = [0, 0, 0, 0, 0];
      for (let item = 0; item < count; item++) {
        const at = a.places[item]!;
        const other = b.places[item]!;
        if (at !== other) moved++;
        shifted += (at - other) * (at - other);
        const next = a.items[at + 1 === count ? 0 : at + 1]!;
        if (b.items[other + 1 === count ? 0 : other + 1]! === next) continue;
        unfollowed++;
        if (b.items[other === 0 ? count - 1 : other - 1]! !== next) parted++;
      }
      for (let word = 0; word < a.firsts.length; word++) turned += ones(a.firsts[word]! ^ b.firsts[word]!);
      into[0] = moved / count;
      into[1] = parted / count;
      into[2] = unfollowed / count;
      into[3] = turned / pairs;
      into[4] = shifted / farthest;
    },
  };
}

/** The bits that are set. */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
