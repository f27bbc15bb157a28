import type { Encoder, Weights } from '../../model/network.js';
import { createNetworkLinks } from '../../train-onnx/network-links.js';
import type { FlatParameters } from '../flat-parameters.js';
import { maskLoss } from '../mask-loss.js';
import { embeddingLoss, type StudentJob, type StudentLosses } from './student-gradient.js';

/** The same as `createStudentGradient`, on ONNX Runtime. */
export function createOnnxStudentGradient(encoder: Encoder, weights: Weights, flat: FlatParameters) {
  const network = createNetworkLinks(encoder, weights, flat.slots);
  const { inputSize, channels } = encoder;

  return {
    run: async ({ examples, embeddings, withMasks }: StudentJob, gradient: Float32Array): Promise<StudentLosses> => {
      gradient.fill(0);
      const { memory } = network;
      network.parameters.begin(flat.values, gradient);
      const base = memory.mark();
      const pixels = inputSize ** 2 * 3;
      const images = memory.take(examples.length * pixels);
      for (const [i, example] of examples.entries()) images.set(example.pixels, i * pixels);
      // Together, so that a matrix is read and its gradient written once for all of them.
      const encoded = await network.forward(
        encoder.pieces.map((piece) => [piece, piece.full]),
        { data: images, shape: [examples.length, inputSize, inputSize, 3] },
      );
      const all = memory.take(encoded.output.data.length);
      const length = all.length / examples.length;
      let [cosine, l2, mask] = [0, 0, 0];
      for (const [i, { prompts, targets }] of examples.entries()) {
        const output = { data: encoded.output.data.subarray(i * length, (i + 1) * length), shape: [length] };
        const own = embeddingLoss(output.data, embeddings[i] as Float32Array, channels);
        cosine += own.cosine;
        l2 += own.l2;
        if (withMasks) {
          const decoded = await network.decode({ ...encoded, output }, prompts);
          const result = maskLoss(decoded.logits, decoded.iouPredictions, targets);
          mask += result.loss;
          const byMasks = await decoded.backward(result.dLogits, result.dIous);
          byMasks?.forEach((value, at) => {
            own.gradient[at] = (own.gradient[at] as number) + value;
          });
        }
        all.set(own.gradient, i * length);
      }
      await network.backward(encoded, all);
      memory.release(base);
      return { cosine, l2, mask };
    },
  };
}
