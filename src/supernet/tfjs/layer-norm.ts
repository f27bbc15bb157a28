import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/** Over the last axis: (x - mean) / sqrt(variance + epsilon) * weight + bias (Ba et al., 2016). */
export function createLayerNorm(tf: Tf, products: Products) {
  return (x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor => {
    const channels = x.shape.at(-1) as number;
    const flat = (y: Tensor) => tf.reshape(y, [-1, channels]);
    return differentiable(
      tf,
      { x, weight, bias },
      (save) => {
        const rows = flat(x);
        const centred = tf.sub(rows, products.rowMeans(rows));
        const scale = tf.rsqrt(tf.add(products.rowMeans(tf.square(centred)), epsilon));
        const normal = tf.mul(centred, scale);
        save([normal, scale]);
        return tf.reshape(tf.add(tf.mul(normal, weight), bias), x.shape);
      },
      (dy, saved) => {
        const [normal, scale] = saved as [Tensor, Tensor];
        return {
          x: () => {
            const g = tf.mul(flat(dy), weight);
            const along = tf.mul(normal, products.rowMeans(tf.mul(g, normal)));
            return tf.reshape(tf.mul(tf.sub(tf.sub(g, products.rowMeans(g)), along), scale), x.shape);
          },
          weight: () => products.columnSums(tf.mul(flat(dy), normal)),
          bias: () => products.columnSums(flat(dy)),
        };
      },
    );
  };
}
