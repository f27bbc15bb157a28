import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/** A convolution whose stride is its kernel (a patch embedding), as one product over patches. */
export function createPatches(tf: Tf, products: Products) {
  return (x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor => {
    const [b = 1, h = 1, w = 1, c = 1] = x.shape;
    const [outputs = 1, , kernel = 1] = weight.shape;
    const [rows, columns] = [h / kernel, w / kernel];
    const patches = (map: Tensor): Tensor => {
      const apart = tf.transpose(tf.reshape(map, [b * rows, kernel, columns, kernel * c]), [0, 2, 1, 3]);
      return tf.reshape(apart, [b * rows * columns, kernel * kernel * c]);
    };
    const matrix = (): Tensor => tf.reshape(tf.transpose(weight, [0, 2, 3, 1]), [outputs, kernel * kernel * c]);
    const flat = (dy: Tensor) => tf.reshape(dy, [-1, outputs]) as Tensor;
    return differentiable(
      tf,
      { x, weight, ...(bias && { bias }) },
      (save) => {
        save([x]);
        const product = products.matrix(patches(x), matrix(), false, true);
        return tf.reshape(bias === undefined ? product : tf.add(product, bias), [b, rows, columns, outputs]);
      },
      (dy, [saved]) => ({
        x: () => {
          const apart = tf.reshape(products.matrix(flat(dy), matrix()), [b * rows, columns, kernel, kernel * c]);
          return tf.reshape(tf.transpose(apart, [0, 2, 1, 3]), x.shape);
        },
        weight: () => {
          const gradient = products.matrix(flat(dy), patches(saved as Tensor), true, false);
          return tf.transpose(tf.reshape(gradient, [outputs, kernel, kernel, c]), [0, 3, 1, 2]);
        },
        bias: () => products.columnSums(flat(dy)),
      }),
    );
  };
}
