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
export function relocate(order: Order, start: number, length: number, place: number): Value[] {
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
