import { differentiable, type Tensor, type Tf } from './differentiable.js';

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
