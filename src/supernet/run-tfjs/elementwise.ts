import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/** Sum and product with broadcasting, and ReLU. */
export function createElementwise(tf: Tf, products: Products) {
  /** The gradient of a broadcast: sums over what was repeated. */
  const reduceTo = (dy: Tensor, shape: readonly number[]): Tensor => {
    if (`${dy.shape}` === `${shape}`) return dy;
    const full = [...Array.from({ length: dy.rank - shape.length }, () => 1), ...shape];
    const repeated = full.findIndex((size, i) => size !== dy.shape[i]);
    const kept = full.findLastIndex((size, i) => size === 1 && dy.shape[i] !== 1);
    const onlyLeading = full.slice(0, kept + 1).every((size) => size === 1);
    if (onlyLeading) {
      // Leading dimensions repeat: a column sum, which every backend has a fast form of.
      const columns = dy.shape.slice(kept + 1).reduce((product, size) => product * size, 1);
      return tf.reshape(products.columnSums(tf.reshape(dy, [-1, columns])), [...shape]);
    }
    const axes = full.flatMap((size, i) => (i >= repeated && size === 1 && dy.shape[i] !== 1 ? [i] : []));
    return tf.reshape(tf.sum(dy, axes, true), [...shape]);
  };
  return {
    add: (a: Tensor, b: Tensor): Tensor =>
      differentiable(
        tf,
        { a, b },
        () => tf.add(a, b),
        (dy) => ({ a: () => reduceTo(dy, a.shape), b: () => reduceTo(dy, b.shape) }),
      ),
    multiply: (a: Tensor, b: Tensor): Tensor =>
      differentiable(
        tf,
        { a, b },
        (save) => {
          save([a, b]);
          return tf.mul(a, b);
        },
        (dy, [x, y]) => ({
          a: () => reduceTo(tf.mul(dy, y as Tensor), a.shape),
          b: () => reduceTo(tf.mul(dy, x as Tensor), b.shape),
        }),
      ),
    relu: (x: Tensor): Tensor =>
      differentiable(
        tf,
        { x },
        (save) => {
          const y = tf.relu(x);
          save([y]);
          return y;
        },
        (dy, [y]) => ({ x: () => tf.mul(dy, tf.cast(tf.greater(y as Tensor, 0), 'float32')) }),
      ),
  };
}
