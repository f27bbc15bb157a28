import type { Rng } from '../../base/rng.js';
import type { Value } from '../../core/space.js';

type Order = readonly Value[];

export function swap(order: Order, i: number, j: number): Value[] {
  return order.with(i, order[j]!).with(j, order[i]!);
}

/** Turns the segment from i to j (both included) around: the 2-opt move of a tour. */
export function invert(order: Order, i: number, j: number): Value[] {
  return [...order.slice(0, i), ...order.slice(i, j + 1).reverse(), ...order.slice(j + 1)];
}

/** Takes `length` items from `start` out and puts them back, unturned, before the item at `place` of the rest (or-opt). */
function relocate(order: Order, start: number, length: number, place: number): Value[] {
  const rest = [...order.slice(0, start), ...order.slice(start + length)];
  return [...rest.slice(0, place), ...order.slice(start, start + length), ...rest.slice(place)];
}

/** A random swap, 2-opt or or-opt move that spans at most `reach` places (1 or more). */
export function randomMove(order: Order, reach: number, rng: Rng): Value[] {
  const span = Math.min(order.length - 1, rng.int(1, Math.max(1, reach)));
  const i = rng.int(0, order.length - 1 - span);
  const kind = rng.int(0, 2);
  if (kind === 0) return swap(order, i, i + span);
  if (kind === 1) return invert(order, i, i + span);
  const length = Math.min(span, rng.int(1, 3));
  const forward = rng.float() < 0.5;
  return forward
    ? relocate(order, i, length, i + span + 1 - length)
    : relocate(order, i + span + 1 - length, length, i);
}

/** Positions to swap, one after another, that turn `from` into `to`. */
export function swapsBetween(from: Order, to: Order): [number, number][] {
  const current = [...from];
  const swaps: [number, number][] = [];
  for (const i of to.keys()) {
    if (current[i] === to[i]) continue;
    const j = current.indexOf(to[i]!);
    swaps.push([i, j]);
    [current[i], current[j]] = [current[j]!, current[i]!];
  }
  return swaps;
}

export type PermutationCrossover = 'px' | 'pmx' | 'cx' | 'ox1' | 'ox3';

/**
 * Recombines two orders of the same items into a third.
 *
 * - `px`: the head of a, then the rest in b's order
 * - `pmx`: a segment of a; elsewhere b, with the items displaced by the segment mapped through it (Goldberg and Lingle 1985)
 * - `cx`: whole cycles of positions from either parent, so every item stays where one of them has it (Oliver et al. 1987)
 * - `ox1`: a segment of a; the rest in b's order, filled in from the segment's end on, around the end (Davis 1985)
 * - `ox3`: a segment of a put at a place of its own; the rest in b's order from the left
 */
export function permutationCrossover(a: Order, b: Order, kind: PermutationCrossover, rng: Rng): Value[] {
  if (a.length < 2) return [...a];
  const [start, end] = cuts(a.length, rng);
  switch (kind) {
    case 'px':
      return [...a.slice(0, end), ...without(b, a.slice(0, end))];
    case 'pmx':
      return mapped(a, b, start, end);
    case 'cx':
      return cycles(a, b, rng);
    case 'ox1': {
      const rest = without([...b.slice(end), ...b.slice(0, end)], a.slice(start, end));
      const behind = a.length - end;
      return [...rest.slice(behind), ...a.slice(start, end), ...rest.slice(0, behind)];
    }
    case 'ox3': {
      const rest = without(b, a.slice(start, end));
      const place = rng.int(0, rest.length);
      return [...rest.slice(0, place), ...a.slice(start, end), ...rest.slice(place)];
    }
  }
}

/** A segment that is neither empty nor everything: 0 <= start < end <= length. */
function cuts(length: number, rng: Rng): [number, number] {
  const size = rng.int(1, length - 1);
  const start = rng.int(0, length - size);
  return [start, start + size];
}

function without(order: Order, taken: Order): Value[] {
  const gone = new Set(taken);
  return order.filter((item) => !gone.has(item));
}

function mapped(a: Order, b: Order, start: number, end: number): Value[] {
  const place = new Map(a.slice(start, end).map((item, i) => [item, start + i]));
  return b.map((item, i) => {
    if (i >= start && i < end) return a[i]!;
    let own = item;
    for (let at = place.get(own); at !== undefined; at = place.get(own)) own = b[at]!;
    return own;
  });
}

function cycles(a: Order, b: Order, rng: Rng): Value[] {
  const child: Value[] = [...a];
  const place = new Map(a.map((item, i) => [item, i]));
  const seen = new Set<number>();
  for (const start of a.keys()) {
    if (seen.has(start)) continue;
    const parent = rng.float() < 0.5 ? a : b;
    for (let at = start; !seen.has(at); at = place.get(b[at]!)!) {
      seen.add(at);
      child[at] = parent[at]!;
    }
  }
  return child;
}
