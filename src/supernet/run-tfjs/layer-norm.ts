import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/** Over the last axis: (x - mean) / sqrt(variance + epsilon) * weight + bias (Ba et al., 2016). */
export function createLayerNorm(tf: Tf, products: Products) {
  const { normalize, gradient } = createNormalization(tf, products.rowMeans);
  return (x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor => {
    const channels = x.shape.at(-1) as number;
    const flat = (y: Tensor) => tf.reshape(y, [-1, channels]);
    return differentiable(
      tf,
      { x, weight, bias },
      (save) => {
        const [normal, scale] = normalize(flat(x), epsilon);
        save([normal, scale]);
        return tf.reshape(tf.add(tf.mul(normal, weight), bias), x.shape);
      },
      (dy, saved) => {
        const [normal, scale] = saved as [Tensor, Tensor];
        return {
          x: () => tf.reshape(gradient(tf.mul(flat(dy), weight), normal, scale), x.shape),
          weight: () => products.columnSums(tf.mul(flat(dy), normal)),
          bias: () => products.columnSums(flat(dy)),
        };
      },
    );
  };
}

/** With one group: over all of a map `[b, h, w, c]`, then weight and bias of the channel (Wu and He, 2018). */
export function createGroupNorm(tf: Tf, products: Products) {
  return (x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor => {
    const channels = x.shape.at(-1) as number;
    const rows = (y: Tensor) => tf.reshape(y, [x.shape[0] as number, -1]);
    const byChannel = (y: Tensor) => tf.reshape(y, [-1, channels]);
    // In two steps: one sum over a whole map would lose digits.
    const { normalize, gradient } = createNormalization(tf, (y) =>
      products.rowMeans(rows(products.rowMeans(byChannel(y)))),
    );
    return differentiable(
      tf,
      { x, weight, bias },
      (save) => {
        const [normal, scale] = normalize(rows(x), epsilon);
        save([normal, scale]);
        return tf.reshape(tf.add(tf.mul(byChannel(normal), weight), bias), x.shape);
      },
      (dy, saved) => {
        const [normal, scale] = saved as [Tensor, Tensor];
        return {
          x: () => tf.reshape(gradient(rows(tf.mul(byChannel(dy), weight)), normal, scale), x.shape),
          weight: () => products.columnSums(tf.mul(byChannel(dy), byChannel(normal))),
          bias: () => products.columnSums(byChannel(dy)),
        };
      },
    );
  };
}

/** Rows of `[n, m]` brought to mean 0 and variance 1; `means` gives the `[n, 1]` means. */
function createNormalization(tf: Tf, means: (rows: Tensor) => Tensor) {
  return {
    normalize: (rows: Tensor, epsilon: number): [normal: Tensor, scale: Tensor] => {
      const centred = tf.sub(rows, means(rows)) as Tensor;
      const scale = tf.rsqrt(tf.add(means(tf.square(centred)), epsilon)) as Tensor;
      return [tf.mul(centred, scale), scale];
    },
    gradient: (dy: Tensor, normal: Tensor, scale: Tensor): Tensor => {
      const along = tf.mul(normal, means(tf.mul(dy, normal)));
      return tf.mul(tf.sub(tf.sub(dy, means(dy)), along), scale);
    },
  };
}
