import type { Ops } from '../ops.js';

/** `[b, side, side, c]` to `[b * windows, window * window, c]`. */
export function partition<T>(ops: Ops<T>, x: T, window: number): T {
  const [, side = 0, , channels = 0] = ops.shape(x);
  if (side === window) return ops.reshape(x, [-1, window * window, channels]);
  const count = side / window;
  const split = ops.transpose(ops.reshape(x, [-1, window, count, window, channels]), [0, 2, 1, 3, 4]);
  return ops.reshape(split, [-1, window * window, channels]);
}

/** The inverse of `partition` for a map of `side`. */
export function unpartition<T>(ops: Ops<T>, tokens: T, window: number, side: number): T {
  const channels = ops.shape(tokens).at(-1) ?? 0;
  if (side === window) return ops.reshape(tokens, [-1, side, side, channels]);
  const count = side / window;
  const rows = ops.transpose(ops.reshape(tokens, [-1, count, window, window, channels]), [0, 2, 1, 3, 4]);
  return ops.reshape(rows, [-1, side, side, channels]);
}

/** The upper left square of `side`. */
export function crop<T>(ops: Ops<T>, map: T, side: number): T {
  return ops.shape(map)[1] === side ? map : ops.slice(ops.slice(map, 1, 0, side), 2, 0, side);
}
