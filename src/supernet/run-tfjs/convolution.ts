import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

type Options = { readonly stride: number; readonly padding: number };
type Pair = [number, number];

const NONE: Pair = [0, 0];

/** Convolutions over NHWC maps with PyTorch's weights, whose gradients need no kernel that wasm lacks. */
export function createConvolutions(tf: Tf, products: Products) {
  const patches = createPatches(tf, products);
  const padded = (x: Tensor, [top, bottom]: Pair, [left, right]: Pair): Tensor =>
    [top, bottom, left, right].every((size) => size === 0) ? x : tf.pad(x, [NONE, [top, bottom], [left, right], NONE]);

  /** Puts zeros behind every pixel, which turns a strided convolution's gradient into a dense one. */
  const spread = (dy: Tensor, stride: number): Tensor => {
    if (stride === 1) return dy;
    const [b = 1, h = 1, w = 1, c = 1] = dy.shape;
    const wide = padded(tf.reshape(dy, [b * h, w, 1, c]), NONE, [0, stride - 1]);
    const tall = padded(tf.reshape(wide, [b * h, 1, w * stride, c]), [0, stride - 1], NONE);
    return tf.reshape(tall, [b, h * stride, w * stride, c]);
  };

  /** What fits into a map of the given sides; where a stride is wider than the kernel, spreading leaves zeros too many. */
  const cut = (map: Tensor, height: number, width: number): Tensor => {
    const [b = 1, h = 1, w = 1, c = 1] = map.shape;
    if (h <= height && w <= width) return map;
    return tf.slice(map as never, [0, 0, 0, 0], [b, Math.min(h, height), Math.min(w, width), c]);
  };

  /** By a dense convolution of the spread output gradient with the flipped kernel. */
  const inputGradient = (
    dy: Tensor,
    x: Tensor,
    kernel: number,
    { stride, padding }: Options,
    dense: (map: Tensor) => Tensor,
  ): Tensor => {
    const [, h = 1, w = 1] = x.shape;
    const map = cut(spread(dy, stride), h + padding, w + padding);
    const before = kernel - 1 - padding;
    const bottom = h + padding - (map.shape[1] as number);
    const right = w + padding - (map.shape[2] as number);
    return dense(padded(map, [before, bottom], [before, right]));
  };

  /** The filter turned by 180 degrees. Whole rows are cheap to reorder where `reverse` goes number by number. */
  const flipped = (filter: Tensor): Tensor => {
    const [kh = 1, kw = 1, ...rest] = filter.shape;
    const taps = products.unstack(tf.reshape(filter, [kh * kw, ...rest]));
    return tf.reshape(tf.stack(taps.reverse()), filter.shape);
  };

  /**
   * The filter gradient: for every tap (i, j) what `product` makes of the input under that tap and the output gradient,
   * with pixels along `axis` of the one and the first axis of the other. On maps written as one row of pixels a tap is a
   * shift, and a shift is a padding at both ends, so nothing is cut out.
   */
  const filterGradient = (
    x: Tensor,
    dy: Tensor,
    kernel: number,
    { stride, padding }: Options,
    axis: 0 | 1,
    product: (input: Tensor, output: Tensor) => Tensor,
  ): Tensor => {
    const framed = padded(x, [padding, padding], [padding, padding]);
    const [b = 1, h = 1, w = 1, c = 1] = framed.shape;
    const map = cut(spread(dy, stride), h, w);
    const placed = padded(map, [0, h - (map.shape[1] as number)], [0, w - (map.shape[2] as number)]);
    const furthest = (kernel - 1) * (w + 1);
    const output = tf.pad(tf.reshape(placed, [b * h * w, dy.shape[3] as number]), [[furthest, 0], NONE]);
    const flat = tf.reshape(framed, [b * h * w, c]);
    const pixels = axis === 0 ? flat : tf.transpose(flat);
    const tap = (shift: number): Tensor => {
      const ends: Pair = [furthest - shift, shift];
      return tf.tidy(() => product(tf.pad(pixels, axis === 0 ? [ends, NONE] : [NONE, ends]), output));
    };
    return tf.stack(
      Array.from({ length: kernel * kernel }, (_, at) => tap(Math.floor(at / kernel) * w + (at % kernel))),
    );
  };

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
        return tf.add(valid(padded(x, [padding, padding], [padding, padding]), filter(), stride), bias);
      },
      (dy, [saved]) => ({
        x: () => inputGradient(dy, x, kernel, options, (map) => valid(map, flipped(filter()), 1)),
        weight: () => {
          const sums = filterGradient(saved as Tensor, dy, kernel, options, 0, (input, output) =>
            products.columnSums(tf.mul(input, output)),
          );
          return tf.reshape(tf.transpose(sums), weight.shape);
        },
        bias: () => products.columnSums(tf.reshape(dy, [-1, channels])),
      }),
    );
  };

  const conv2d = (x: Tensor, weight: Tensor, bias: Tensor | undefined, options: Options): Tensor => {
    const [outputs = 1, inputs = 1, kernel = 1] = weight.shape;
    const { stride, padding } = options;
    const [, h = 1, w = 1] = x.shape;
    if (stride === kernel && padding === 0 && h % kernel === 0 && w % kernel === 0) return patches(x, weight, bias);
    const filter = () => tf.transpose(weight, [2, 3, 1, 0]) as Tensor;
    const valid = (map: Tensor, f: Tensor, by: number) => tf.conv2d(map as never, f as never, by, 'valid') as Tensor;
    return differentiable(
      tf,
      { x, weight, ...(bias && { bias }) },
      (save) => {
        save([x]);
        const y = valid(padded(x, [padding, padding], [padding, padding]), filter(), stride);
        return bias === undefined ? y : tf.add(y, bias);
      },
      (dy, [saved]) => ({
        x: () =>
          inputGradient(dy, x, kernel, options, (map) => valid(map, tf.transpose(flipped(filter()), [0, 1, 3, 2]), 1)),
        weight: () => {
          const sums = filterGradient(saved as Tensor, dy, kernel, options, 1, products.matrix);
          return tf.transpose(tf.reshape(sums, [kernel, kernel, inputs, outputs]), [3, 2, 0, 1]);
        },
        bias: () => products.columnSums(tf.reshape(dy, [-1, outputs])),
      }),
    );
  };
  return { conv2d, depthwise };
}

/** A convolution whose stride is its kernel (a patch embedding), as one product over patches. */
function createPatches(tf: Tf, products: Products) {
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
