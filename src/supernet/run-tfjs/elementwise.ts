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

/**
 * Coefficients in x² of P with x Phi(x) = x sigmoid(x P(x²)), exact to 3e-6 for |x| <= 6 (beyond, sigmoid is 0 or 1).
 * wasm's `erf` is 16 times slower than its `sigmoid`.
 */
const P = [
  1.595656274365843, 0.07293756631942813, -2.497120210133296e-4, -6.11643856884174e-5, 2.2383080356890205e-6,
] as const;
const LARGEST_SQUARE = 36;

/** Exact GELU. The derivative is made in the forward pass and kept instead of x, so that backward is one product. */
export function createGelu(tf: Tf): (x: Tensor) => Tensor {
  const parts = tf.getBackend() === 'wasm' ? bySigmoid : byErf;
  return (x) =>
    differentiable(
      tf,
      { x },
      (save) => {
        const [value, derivative] = parts(tf, x);
        save([derivative]);
        return value;
      },
      (dy, [derivative]) => ({ x: () => tf.mul(dy, derivative as Tensor) }),
    );
}

function byErf(tf: Tf, x: Tensor): [value: Tensor, derivative: Tensor] {
  const phi = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return [tf.mul(x, phi), tf.add(phi, tf.mul(x, density))];
}

function bySigmoid(tf: Tf, x: Tensor): [value: Tensor, derivative: Tensor] {
  // wasm's minimum is 30 times slower than its clip.
  const t = tf.clipByValue(tf.square(x), 0, LARGEST_SQUARE);
  const horner = (coefficients: readonly number[]): Tensor =>
    coefficients
      .slice(0, -1)
      .reduceRight<Tensor>((sum, c) => tf.add(tf.mul(sum, t), c), tf.fill([1], coefficients.at(-1) ?? 0));
  const p = horner(P);
  const s = tf.sigmoid(tf.mul(x, p));
  // d/dx [x P(x²)] = P + 2 t P'(t).
  const slope = tf.add(p, tf.mul(tf.mul(t, 2), horner(P.slice(1).map((c, i) => c * (i + 1)))));
  const value = tf.mul(x, s);
  return [value, tf.add(s, tf.mul(tf.mul(value, tf.sub(1, s)), slope))];
}
