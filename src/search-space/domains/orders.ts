import { ownValue } from '../../base/json.js';
import type { Rng } from '../../base/rng.js';
import type { ParameterType, Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import { type Domain, inherit, numericFeature } from './domain.js';
import { type PermutationCrossover, permutationCrossover, randomMove, swap, swapsBetween } from './order-moves.js';

const CROSSOVERS: readonly string[] = ['px', 'pmx', 'cx', 'ox1', 'ox3'] satisfies PermutationCrossover[];
const ATTEMPTS = 32;

/** Which orders are allowed. */
export interface OrderRule {
  readonly type: ParameterType & ('permutation' | 'schedule');
  readonly description: string;
  readonly cardinality: bigint | null;
  isAllowed(order: readonly Value[]): boolean;
  /** Makes an order allowed, changing as little as it can; allowed orders stay as they are. */
  repair(order: readonly Value[]): Value[];
  /** True when `item` may stand next after `before`. */
  mayFollow(item: Value, before: ReadonlySet<Value>): boolean;
  sample(rng: Rng): Value[];
  /** The chance of an order to be sampled. */
  probability(order: readonly Value[]): number;
}

/** Any order of the items. */
export function permutation(items: readonly Value[]): Domain {
  return orders(items, {
    type: 'permutation',
    description: `an order of ${items.length} items`,
    cardinality: items.reduce((count, _, i) => count * BigInt(i + 1), 1n),
    isAllowed: () => true,
    repair: (order) => [...order],
    mayFollow: () => true,
    sample: (rng) => rng.shuffle(items),
    probability: () => items.reduce<number>((product, _, i) => product / (i + 1), 1),
  });
}

/** Orders of `items` under a rule. Unit axes are random keys: items in the order of their axes' values. */
export function orders(items: readonly Value[], rule: OrderRule): Domain {
  const count = items.length;
  const list = (value: Value) => value as readonly Value[];
  const place = (value: Value) => {
    const places = new Map(list(value).map((item, i) => [item, i]));
    return items.map((item) => places.get(item)!);
  };
  const reorder = (order: readonly Value[], swaps: readonly (readonly [number, number])[]) =>
    rule.repair(swaps.reduce<readonly Value[]>((current, [i, j]) => swap(current, i, j), order));
  const same = (a: Value, b: Value) => list(a).every((item, i) => item === list(b)[i]);
  const adjacent = (value: Value) =>
    Array.from({ length: count - 1 }, (_, i) => swap(list(value), i, i + 1)).filter(rule.isAllowed);
  const farthest = Math.floor((count * count) / 2);

  return {
    type: rule.type,
    ordered: false,
    cardinality: rule.cardinality,
    values: null,
    description: rule.description,
    normalize: (value) => {
      if (!Array.isArray(value) || value.length !== count || new Set(value).size !== count) return undefined;
      const order = value as readonly Value[];
      const given = new Set(order);
      return items.every((item) => given.has(item)) && rule.isAllowed(order) ? order : undefined;
    },
    all: () => allOrders(items, rule),
    middle: rule.repair(items),
    sample: rule.sample,
    probability: (value) => rule.probability(list(value)),
    mutate: (value, { kind, sigma }, rng) => {
      if (rule.cardinality === 1n) return value;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const reach = kind === 'normal' ? Math.ceil(Math.abs(sigma * rng.normal()) * (count - 1)) : count - 1;
        const moved = rule.repair(randomMove(list(value), reach, rng));
        if (!same(moved, value)) return moved;
      }
      return rng.pick(adjacent(value));
    },
    cross: (a, b, kind, rng, share) => {
      const own = kind === 'sbx' ? 'ox1' : kind;
      return CROSSOVERS.includes(own)
        ? rule.repair(permutationCrossover(list(a), list(b), own as PermutationCrossover, rng))
        : inherit(a, b, kind, rng, share);
    },
    // The swaps that lead from b to a, each applied to base with the chance `factor`.
    difference: (base, a, b, factor, rng) =>
      reorder(
        list(base),
        swapsBetween(list(b), list(a)).filter(() => rng.float() < factor),
      ),
    move: (value, attractors, rng) =>
      attractors.reduce<Value>(
        (current, { to, weight }) =>
          reorder(
            list(current),
            swapsBetween(list(current), list(to)).filter(() => rng.float() < weight),
          ),
        value,
      ),
    neighbours: adjacent,
    // Spearman's footrule: how far the items are from their places, of the most that is possible.
    distance: (a, b) => {
      const other = place(b);
      const sum = place(a).reduce((total, at, i) => total + Math.abs(at - other[i]!), 0);
      return farthest === 0 ? 0 : sum / farthest;
    },
    features: items.map(() => ({ ...numericFeature, cardinality: count, isPlace: true })),
    encode: (value) => place(value).map((at) => (at + 0.5) / count),
    axes: count,
    toUnit: (value) => place(value).map((at) => (at + 0.5) / count),
    fromUnit: (point) => {
      const sorted = [...items.keys()].sort((i, j) => point[i]! - point[j]! || i - j);
      return rule.repair(sorted.map((i) => items[i]!));
    },
  };
}

function* allOrders(items: readonly Value[], rule: OrderRule): Generator<Value[]> {
  const grow = function* (order: readonly Value[], used: ReadonlySet<Value>): Generator<Value[]> {
    if (order.length === items.length) return void (yield [...order]);
    for (const item of items) {
      if (!used.has(item) && rule.mayFollow(item, used)) yield* grow([...order, item], new Set([...used, item]));
    }
  };
  yield* grow([], new Set());
}

/** Counting orders visits sets of items; beyond this many items there are too many sets. */
const COUNTABLE = 16;

/** Orders of the items in which each comes after those it has to wait for. */
export function schedule({ items, after = {} }: DomainDefinition & { type: 'schedule' }): Domain {
  const needs = new Map<Value, readonly string[]>(
    items.map((item) => [item, (ownValue(after, String(item)) ?? []).map(String)]),
  );
  const isReady = (item: Value, placed: ReadonlySet<string>) => needs.get(item)!.every((name) => placed.has(name));
  return orders(items, {
    type: 'schedule',
    description: `an order of ${items.length} items that keeps "after"`,
    cardinality: countOrders(items, needs),
    mayFollow: (item, before) => isReady(item, new Set([...before].map(String))),
    // Place by place any of the items that may come now. Not every order is equally likely, but each has its chance.
    sample: (rng) => {
      const left = new Set(items);
      const placed = new Set<string>();
      return items.map(() => {
        const next = rng.pick([...left].filter((item) => isReady(item, placed)));
        left.delete(next);
        placed.add(String(next));
        return next;
      });
    },
    probability: (order) => {
      const left = new Set(order);
      const placed = new Set<string>();
      return order.reduce<number>((product, item) => {
        const ready = [...left].filter((other) => isReady(other, placed)).length;
        left.delete(item);
        placed.add(String(item));
        return product / ready;
      }, 1);
    },
    isAllowed: (order) => {
      const placed = new Set<string>();
      return order.every((item) => {
        placed.add(String(item));
        return needs.get(item)!.every((name) => placed.has(name));
      });
    },
    // Always the first item in the given order whose needs are met.
    repair: (order) => {
      const left = [...order];
      const placed = new Set<string>();
      const repaired: Value[] = [];
      while (left.length > 0) {
        const next = left.findIndex((item) => needs.get(item)!.every((name) => placed.has(name)));
        const [item] = left.splice(next, 1) as [Value];
        placed.add(String(item));
        repaired.push(item);
      }
      return repaired;
    },
  });
}

/**
 * The number of orders, by dynamic programming over the sets of items placed so far. More than 16 items would need too
 * many sets; null then stands for a number that is not known.
 */
function countOrders(items: readonly Value[], needs: ReadonlyMap<Value, readonly string[]>): bigint | null {
  if (items.length > COUNTABLE) return null;
  const names = items.map(String);
  const masks = items.map((item) => needs.get(item)!.reduce((mask, name) => mask | (1 << names.indexOf(name)), 0));
  let counts = new Map<number, bigint>([[0, 1n]]);
  for (let size = 0; size < items.length; size++) {
    const next = new Map<number, bigint>();
    for (const [placed, count] of counts) {
      for (const [i, mask] of masks.entries()) {
        if ((placed & (1 << i)) !== 0 || (placed & mask) !== mask) continue;
        next.set(placed | (1 << i), (next.get(placed | (1 << i)) ?? 0n) + count);
      }
    }
    counts = next;
  }
  return counts.get(2 ** items.length - 1) ?? 0n;
}
