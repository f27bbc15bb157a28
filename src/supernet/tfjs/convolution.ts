import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

type Options = { readonly stride: number; readonly padding: number };

/** Convolutions over NHWC maps with PyTorch's weights, whose filter gradients need no kernel that wasm lacks. */
export function createConvolutions(tf: Tf, products: Products) {
  const surround = (x: Tensor, before: number, after = before) =>
    before === 0 && after === 0
      ? x
      : tf.pad(x, [
          [0, 0],
          [before, after],
          [before, after],
          [0, 0],
        ]);
  /** Every `stride`-th pixel of the padded map from (i, j) on, as many as the output has. */
  const shifted = (padded: Tensor, i: number, j: number, stride: number, side: readonly [number, number]): Tensor => {
    const [b = 1, , , c = 1] = padded.shape;
    const end = [b, i + (side[0] - 1) * stride + 1, j + (side[1] - 1) * stride + 1, c];
    return stride === 1
      ? tf.slice(padded as never, [0, i, j, 0], [b, ...side, c])
      : tf.stridedSlice(padded, [0, i, j, 0], end, [1, stride, stride, 1]);
  };
  /** Puts zeros between the pixels, which turns a strided convolution's gradient into a dense one. */
  const spread = (dy: Tensor, stride: number): Tensor => {
    if (stride === 1) return dy;
    const [b = 1, h = 1, w = 1, c = 1] = dy.shape;
    const wide = tf.pad(tf.reshape(dy, [b * h, w, 1, c]), [
      [0, 0],
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
    const tall = tf.pad(tf.reshape(wide, [b * h, 1, w * stride, c]), [
      [0, 0],
      [0, stride - 1],
      [0, 0],
      [0, 0],
    ]);
    return tf.reshape(tall, [b, h * stride, w * stride, c]);
  };
  /** The gradient by a dense convolution of the spread output gradient with the flipped kernel, cut to the input. */
  const inputGradient = (
    dy: Tensor,
    x: Tensor,
    kernel: number,
    { stride, padding }: Options,
    dense: (map: Tensor) => Tensor,
  ): Tensor => {
    const [b = 1, h = 1, w = 1] = x.shape;
    const spreadOut = spread(dy, stride);
    const missing = Math.max(
      0,
      h + padding - (spreadOut.shape[1] as number),
      w + padding - (spreadOut.shape[2] as number),
    );
    const whole = dense(surround(spreadOut, kernel - 1, kernel - 1 + missing));
    return tf.slice(whole as never, [0, padding, padding, 0], [b, h, w, whole.shape[3] as number]);
  };
  const bothKernelAxes = (filter: Tensor) => tf.reverse(filter as never, [0, 1]) as Tensor;

  const depthwise = (x: Tensor, weight: Tensor, bias: Tensor, options: Options): Tensor => {
    const [channels = 1, , kernel = 1] = weight.shape;
    const { stride, padding } = options;
    const filter = () => tf.transpose(weight, [2, 3, 0, 1]) as Tensor;
    const valid = (map: Tensor, f: Tensor, by: number) =>
      tf.depthwiseConv2d(map as never, f as never, by, 'valid') as Tensor;
    return differentiable(
      tf,
      { x, weight, bias },
      (save) => {
        save([x]);
        return tf.add(valid(surround(x, padding), filter(), stride), bias);
      },
      (dy, [saved]) => ({
        x: () => inputGradient(dy, x, kernel, options, (map) => valid(map, bothKernelAxes(filter()), 1)),
        weight: () => {
          const padded = surround(saved as Tensor, padding);
          const side = [dy.shape[1] as number, dy.shape[2] as number] as const;
          const sums: Tensor[] = [];
          for (let i = 0; i < kernel; i++) {
            for (let j = 0; j < kernel; j++) {
              const product = tf.mul(shifted(padded, i, j, stride, side), dy);
              sums.push(products.columnSums(tf.reshape(product, [-1, channels])));
            }
          }
          return tf.reshape(tf.transpose(tf.stack(sums)), weight.shape);
        },
        bias: () => products.columnSums(tf.reshape(dy, [-1, channels])),
      }),
    );
  };

  const conv2d = (x: Tensor, weight: Tensor, bias: Tensor | undefined, options: Options): Tensor => {
    const [outputs = 1, inputs = 1, kernel = 1] = weight.shape;
    const { stride, padding } = options;
    const filter = () => tf.transpose(weight, [2, 3, 1, 0]) as Tensor;
    const valid = (map: Tensor, f: Tensor, by: number) => tf.conv2d(map as never, f as never, by, 'valid') as Tensor;
    return differentiable(
      tf,
      { x, weight, ...(bias && { bias }) },
      (save) => {
        save([x]);
        const y = valid(surround(x, padding), filter(), stride);
        return bias === undefined ? y : tf.add(y, bias);
      },
      (dy, [saved]) => ({
        x: () =>
          inputGradient(dy, x, kernel, options, (map) =>
            valid(map, tf.transpose(bothKernelAxes(filter()), [0, 1, 3, 2]), 1),
          ),
        weight: () => {
          const padded = surround(saved as Tensor, padding);
          const side = [dy.shape[1] as number, dy.shape[2] as number] as const;
          const flat = tf.reshape(dy, [-1, outputs]);
          const taps: Tensor[] = [];
          for (let i = 0; i < kernel; i++) {
            for (let j = 0; j < kernel; j++) {
              const columns = tf.reshape(shifted(padded, i, j, stride, side), [-1, inputs]);
              taps.push(products.matrix(columns, flat, true, false));
            }
          }
          return tf.transpose(tf.reshape(tf.stack(taps), [kernel, kernel, inputs, outputs]), [3, 2, 0, 1]);
        },
        bias: () => products.columnSums(tf.reshape(dy, [-1, outputs])),
      }),
    );
  };
  return { conv2d, depthwise };
}
