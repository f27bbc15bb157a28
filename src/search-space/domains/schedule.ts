import { ownValue } from '../../base/json.js';
import type { Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import type { Domain } from './domain.js';
import { orders } from './permutation.js';

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
