import { int, ints } from '../run-onnx/graph-builder.js';
import type { Primitives } from './primitives.js';
import { asMatrix, view } from './primitives.js';
import type { Tape, Value } from './tape.js';

type Options = { readonly stride: number; readonly padding: number };

const TO_PLANES = [0, 3, 1, 2];
const TO_MAP = [0, 2, 3, 1];

/** Convolutions over maps `[b, h, w, c]` with PyTorch's weights. */
export function createConvolutions({ node, record, give }: Tape, p: Primitives) {
  const side = (size: number, kernel: number, { stride, padding }: Options) =>
    Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const attributesOf = (kernel: number, { stride, padding }: Options, group: number) => ({
    kernel_shape: ints([kernel, kernel]),
    strides: ints([stride, stride]),
    pads: ints([padding, padding, padding, padding]),
    group: int(group),
  });
  const convolve = (planes: Value, weight: Value, bias: Value | undefined, options: Options, group: number): Value => {
    const [b = 1, , h = 1, w = 1] = planes.shape;
    const [outputs = 1, , kernel = 1] = weight.shape;
    const shape = [b, outputs, side(h, kernel, options), side(w, kernel, options)];
    const attributes = attributesOf(kernel, options, group);
    return node('Conv', [planes, weight, ...(bias ? [bias] : [])], shape, { attributes });
  };
  /** Turned by 180 degrees. */
  const flipped = (weight: Value): Value =>
    node('Slice', [weight], weight.shape, {
      integers: [
        [-1, -1],
        [-1000, -1000],
        [2, 3],
        [-1, -1],
      ],
    });

  /** By a convolution with the flipped kernel where the stride is 1. */
  const inputGradient = (
    dy: Value,
    shape: readonly number[],
    weight: Value,
    options: Options,
    group: number,
  ): Value => {
    const [b = 1, h = 1, w = 1, c = 1] = shape;
    const [, , kernel = 1] = weight.shape;
    const { stride, padding } = options;
    if (stride === 1) {
      const turned = group === 1 ? p.transpose(flipped(weight), [1, 0, 2, 3]) : flipped(weight);
      return convolve(dy, turned, undefined, { stride: 1, padding: kernel - 1 - padding }, group);
    }
    const beyond = (size: number) => (size + 2 * padding - kernel) % stride;
    const attributes = { ...attributesOf(kernel, options, group), output_padding: ints([beyond(h), beyond(w)]) };
    return node('ConvTranspose', [dy, weight], [b, c, h, w], { attributes });
  };

  /** What lies under the kernel for every output: `[pixels, kernel * kernel * channels]`. */
  const patches = (x: Value, kernel: number, options: Options): Value => {
    const [b = 1, h = 1, w = 1, c = 1] = x.shape;
    const { stride, padding } = options;
    const [rows, columns] = [side(h, kernel, options), side(w, kernel, options)];
    if (stride === kernel && padding === 0) {
      const whole = p.slice(p.slice(x, 1, 0, rows * kernel), 2, 0, columns * kernel);
      const apart = p.transpose(view(whole, [b * rows, kernel, columns, kernel * c]), [0, 2, 1, 3]);
      return view(apart, [b * rows * columns, kernel * kernel * c]);
    }
    const framed = p.pad(x, [0, padding, padding, 0], [0, padding, padding, 0]);
    const taps = Array.from({ length: kernel * kernel }, (_, at) =>
      p.slice(p.slice(framed, 1, Math.floor(at / kernel), rows, stride), 2, at % kernel, columns, stride),
    );
    return view(p.concat(taps, 3), [b * rows * columns, kernel * kernel * c]);
  };

  const conv2d = (x: Value, weight: Value, bias: Value | undefined, options: Options): Value => {
    const [outputs = 1, inputs = 1, kernel = 1] = weight.shape;
    const planes = p.transpose(x, TO_PLANES);
    const y = p.transpose(convolve(planes, weight, bias, options, 1), TO_MAP);
    record([y], ([dy]) => {
      const gradient = dy as Value;
      give(x, () => p.transpose(inputGradient(p.transpose(gradient, TO_PLANES), x.shape, weight, options, 1), TO_MAP));
      give(weight, () => {
        const sums = p.gemm(asMatrix(gradient), patches(x, kernel, options), { transposeA: true });
        return p.transpose(view(sums, [outputs, kernel * kernel, inputs]), [0, 2, 1]);
      });
      if (bias !== undefined) give(bias, () => p.columnSums(asMatrix(gradient)));
    });
    return y;
  };

  const depthwise = (x: Value, weight: Value, bias: Value, options: Options): Value => {
    const [channels = 1, , kernel = 1] = weight.shape;
    const [b = 1, h = 1, w = 1] = x.shape;
    const planes = p.transpose(x, TO_PLANES);
    const y = p.transpose(convolve(planes, weight, bias, options, channels), TO_MAP);
    record([y], ([dy]) => {
      const gradient = p.transpose(dy as Value, TO_PLANES);
      give(x, () => p.transpose(inputGradient(gradient, x.shape, weight, options, channels), TO_MAP));
      give(weight, () => {
        // Every plane of the input under its output's gradient as a kernel: one result a tap.
        const [, , rows = 1, columns = 1] = gradient.shape;
        const { stride, padding } = options;
        const taps = [h + 2 * padding - stride * (rows - 1), w + 2 * padding - stride * (columns - 1)];
        const attributes = {
          kernel_shape: ints([rows, columns]),
          dilations: ints([stride, stride]),
          pads: ints([padding, padding, padding, padding]),
          group: int(b * channels),
        };
        const inputs = [view(planes, [1, b * channels, h, w]), view(gradient, [b * channels, 1, rows, columns])];
        const all = node('Conv', inputs, [1, b * channels, ...taps], { attributes });
        const own = p.slice(p.slice(all, 2, 0, kernel), 3, 0, kernel);
        return p.sumTo(view(own, [b, channels * kernel * kernel]), [channels * kernel * kernel]);
      });
      give(bias, () => p.columnSums(asMatrix(dy as Value)));
    });
    return y;
  };
  return { conv2d, depthwise };
}
