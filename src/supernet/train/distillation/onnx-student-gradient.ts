import type { Encoder, Weights } from '../../model/network.js';
import { createNetworkLinks } from '../../train-onnx/network-links.js';
import type { FlatParameters } from '../flat-parameters.js';
import { maskLoss } from '../mask-loss.js';
import { embeddingLoss, type StudentJob, type StudentLosses } from './student-gradient.js';

/** The same as `createStudentGradient`, on ONNX Runtime, one image after the other. */
export function createOnnxStudentGradient(encoder: Encoder, weights: Weights, flat: FlatParameters) {
  const network = createNetworkLinks(encoder, weights, flat.slots);
  const { inputSize } = encoder;

  return {
    run: async ({ examples, embeddings, withMasks }: StudentJob, gradient: Float32Array): Promise<StudentLosses> => {
      gradient.fill(0);
      const { memory } = network;
      network.parameters.begin(flat.values, gradient);
      let [cosine, l2, mask] = [0, 0, 0];
      for (const [i, { pixels, prompts, targets }] of examples.entries()) {
        const base = memory.mark();
        const encoded = await network.forward(
          encoder.pieces.map((piece) => [piece, piece.full]),
          { data: pixels, shape: [1, inputSize, inputSize, 3] },
        );
        const own = embeddingLoss(encoded.output.data, embeddings[i] as Float32Array, encoder.channels);
        cosine += own.cosine;
        l2 += own.l2;
        if (withMasks) {
          const decoded = await network.decode(encoded, prompts);
          const result = maskLoss(decoded.logits, decoded.iouPredictions, targets);
          mask += result.loss;
          const byMasks = await decoded.backward(result.dLogits, result.dIous);
          byMasks?.forEach((value, at) => {
            own.gradient[at] = (own.gradient[at] as number) + value;
          });
        }
        await network.backward(encoded, own.gradient);
        memory.release(base);
      }
      return { cosine, l2, mask };
    },
  };
}
