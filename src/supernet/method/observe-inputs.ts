import type { Ops } from '../model/ops.js';

/** Ops that show the input of every matrix product by a named weight (linear layers and convolutions) to `observe`. */
export function observeInputs<T>(ops: Ops<T>, observe: (layer: string, x: T) => void): Ops<T> {
  return {
    ...ops,
    linear: (x, layer, active) => {
      observe(layer, x);
      return ops.linear(x, layer, active);
    },
    conv2d: (x, layer, options) => {
      observe(layer, x);
      return ops.conv2d(x, layer, options);
    },
  };
}
