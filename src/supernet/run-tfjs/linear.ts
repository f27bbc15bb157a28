import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/** The part of a weight that a product uses: leading rows of every block (outputs) and leading columns (inputs). */
export interface ActivePart {
  /** Rows of all blocks together. */
  readonly rows: number;
  readonly columns: number;
  readonly blocks: number;
}

/**
 * x `[..., inputs]` times a part of a weight `[outputs, inputs]` (a 1x1 convolution's counts as one), plus that part of the
 * bias.
 */
export function createLinear(tf: Tf, products: Products) {
  /** Zeros behind the leading part of every block. */
  const grown = (part: Tensor, inBlocks: readonly number[], blocks: number): Tensor => {
    const leading = tf.reshape(part, [blocks, (part.shape[0] as number) / blocks, ...part.shape.slice(1)]);
    const missing = inBlocks.map((size, i) => [0, size - (leading.shape[i] as number)] as [number, number]);
    return tf.pad(leading, missing);
  };
  return (x: Tensor, weight: Tensor, bias: Tensor | undefined, { rows, columns, blocks }: ActivePart): Tensor => {
    const [outputs = 1, inputs = 1] = weight.shape;
    const whole = rows === outputs && columns === inputs;
    const block = outputs / blocks;
    const all = (): Tensor => tf.reshape(weight, [outputs, inputs]);
    const part = (): Tensor => {
      const apart = tf.reshape(weight, [blocks, block, inputs]) as Tensor;
      return tf.reshape(tf.slice(apart as never, [0, 0, 0], [blocks, rows / blocks, columns]) as Tensor, [
        rows,
        columns,
      ]);
    };
    const shift = (all: Tensor): Tensor =>
      rows === outputs
        ? all
        : tf.reshape(tf.slice(tf.reshape(all, [blocks, block]) as never, [0, 0], [blocks, rows / blocks]) as Tensor, [
            rows,
          ]);
    const flat = (y: Tensor) => tf.reshape(y, [-1, y.shape.at(-1) as number]);
    return differentiable(
      tf,
      { x, weight, ...(bias && { bias }) },
      (save) => {
        const matrix = whole ? all() : part();
        save(whole ? [x] : [x, matrix]);
        const product = products.matrix(flat(x), matrix, false, true);
        const shifted = bias === undefined ? product : tf.add(product, shift(bias));
        return tf.reshape(shifted, [...x.shape.slice(0, -1), rows]);
      },
      (dy, [saved, kept]) => ({
        x: () => tf.reshape(products.matrix(flat(dy), kept ?? all()), x.shape),
        weight: () => {
          // The narrower side on the right: preparing it costs more than transposing the wider.
          const gradient =
            columns <= rows
              ? products.matrix(flat(dy), flat(saved as Tensor), true, false)
              : tf.transpose(products.matrix(flat(saved as Tensor), flat(dy), true, false));
          return tf.reshape(whole ? gradient : grown(gradient, [blocks, block, inputs], blocks), weight.shape);
        },
        bias: () => {
          const sums = products.columnSums(flat(dy));
          return rows === outputs ? sums : tf.reshape(grown(sums, [blocks, block], blocks), [outputs]);
        },
      }),
    );
  };
}
