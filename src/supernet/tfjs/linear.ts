import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/**
 * x `[..., inputs]` times the leading rows (outputs) and columns (inputs) of a weight `[outputs, inputs]` (a 1x1
 * convolution's counts as one), plus the leading entries of the bias.
 */
export function createLinear(tf: Tf, products: Products) {
  /** Zeros behind the leading part. Nothing is called when there is nothing to pad. */
  const grown = (part: Tensor, shape: readonly number[]): Tensor => {
    const missing = shape.map((size, i) => [0, size - (part.shape[i] as number)] as [number, number]);
    return missing.every(([, after]) => after === 0) ? part : tf.pad(part, missing);
  };
  return (x: Tensor, weight: Tensor, bias: Tensor | undefined, rows: number, columns: number): Tensor => {
    const [outputs = 1, inputs = 1] = weight.shape;
    const whole = rows === outputs && columns === inputs;
    const all = (): Tensor => tf.reshape(weight, [outputs, inputs]);
    const flat = (y: Tensor) => tf.reshape(y, [-1, y.shape.at(-1) as number]);
    return differentiable(
      tf,
      { x, weight, ...(bias && { bias }) },
      (save) => {
        const matrix = whole ? all() : (tf.slice(all() as never, [0, 0], [rows, columns]) as Tensor);
        save(whole ? [x] : [x, matrix]);
        const product = products.matrix(flat(x), matrix, false, true);
        const shifted = bias === undefined ? product : tf.add(product, tf.slice(bias as never, [0], [rows]));
        return tf.reshape(shifted, [...x.shape.slice(0, -1), rows]);
      },
      (dy, [saved, part]) => ({
        x: () => tf.reshape(products.matrix(flat(dy), part ?? all()), x.shape),
        weight: () => {
          // The narrower side on the right: preparing it costs more than transposing the wider.
          const gradient =
            columns <= rows
              ? products.matrix(flat(dy), flat(saved as Tensor), true, false)
              : tf.transpose(products.matrix(flat(saved as Tensor), flat(dy), true, false));
          return tf.reshape(grown(gradient, [outputs, inputs]), weight.shape);
        },
        bias: () => grown(products.columnSums(flat(dy)), [outputs]),
      }),
    );
  };
}
