import type * as Core from '@tensorflow/tfjs-core';
import type { LongRunning } from '../../base/progress.js';
import { InterruptedError } from '../../errors.js';
import type { Encoder, Weights } from '../model/network.js';
import type { Ops } from '../model/ops.js';
import type { PreparedImage } from '../model/segmentation.js';
import { createTfjsOps } from '../run-tfjs/ops.js';

/**
 * L2 norm of every input feature of the named layers over all positions of all calibration images, for the whole
 * network: layer name to one norm a channel. Sums are kept in float64 and start from zero at every call, so that two
 * calls with the same images give the same norms. Throws `InterruptedError` between images.
 */
export async function inputNorms(
  tf: typeof Core,
  encoder: Encoder,
  weights: Weights,
  layers: ReadonlySet<string>,
  images: readonly PreparedImage[],
  { onProgress, signal }: LongRunning,
): Promise<Map<string, Float64Array>> {
  const sums = new Map<string, Float64Array>();
  const parameters = new Map<string, Core.Tensor>();
  const parameter = (name: string): Core.Tensor | undefined => {
    const known = parameters.get(name);
    if (known !== undefined) return known;
    const stored = weights.get(name);
    if (stored === undefined) return undefined;
    const tensor = tf.keep(tf.tensor(stored.data, [...stored.shape]));
    parameters.set(name, tensor);
    return tensor;
  };
  const inputs: [layer: string, x: Core.Tensor][] = [];
  const observed = observeInputs(createTfjsOps(tf, parameter), (layer, x) => {
    if (layers.has(layer)) inputs.push([layer, tf.keep(tf.clone(x))]);
  });
  try {
    for (const [i, image] of images.entries()) {
      if (signal?.aborted) throw new InterruptedError();
      onProgress?.(i, images.length);
      let x: Core.Tensor = tf.tensor(image.pixels, [1, image.inputSize, image.inputSize, 3]);
      for (const piece of encoder.pieces) {
        // What a piece makes on its way goes with it: all of an encoder at once is gigabytes at 1024 pixels.
        const y: Core.Tensor = tf.tidy(() => piece.forward(observed, x, piece.full));
        x.dispose();
        x = y;
        // Read when the piece is done: WebGPU can be read asynchronously alone.
        for (const [layer, input] of inputs.splice(0)) {
          addSquares(sums, layer, input.shape.at(-1) ?? 1, await input.data());
          input.dispose();
        }
      }
      x.dispose();
    }
  } finally {
    for (const tensor of parameters.values()) tensor.dispose();
  }
  onProgress?.(images.length, images.length);
  return new Map([...sums].map(([layer, squares]) => [layer, squares.map(Math.sqrt)]));
}

/** The network's inputs have their channels last. */
function addSquares(sums: Map<string, Float64Array>, layer: string, channels: number, values: ArrayLike<number>): void {
  const sum = sums.get(layer) ?? new Float64Array(channels);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const channel = i % channels;
    sum[channel] = (sum[channel] as number) + value * value;
  }
  sums.set(layer, sum);
}

/** Ops that show the input of every matrix product by a named weight (linear layers and convolutions) to `observe`. */
function observeInputs<T>(ops: Ops<T>, observe: (layer: string, x: T) => void): Ops<T> {
  return {
    ...ops,
    linear: (x, layer, active) => {
      observe(layer, x);
      return ops.linear(x, layer, active);
    },
    conv2d: (x, layer, options) => {
      observe(layer, x);
      return ops.conv2d(x, layer, options);
    },
  };
}
