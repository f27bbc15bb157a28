import type { Encoder, Piece, Weights } from '../model/network.js';

import { createNetworkLinks } from '../train-onnx/network-links.js';
import type { FlatParameters } from './flat-parameters.js';
import { type GradientJob, type LossOptions, lossDefaults } from './image-gradient.js';
import { maskLoss } from './mask-loss.js';

/** The same as `createImageGradient`, on ONNX Runtime: a graph a piece and active size, forward and backward. */
export function createOnnxImageGradient(
  encoder: Encoder,
  weights: Weights,
  flat: FlatParameters,
  options: LossOptions = lossDefaults,
) {
  const network = createNetworkLinks(encoder, weights, flat.slots);
  const { stemLength, inputSize } = encoder;
  const [stem, rest] = [encoder.pieces.slice(0, stemLength), encoder.pieces.slice(stemLength)];

  return {
    run: async ({ example, subnets }: GradientJob, gradient: Float32Array): Promise<number[]> => {
      gradient.fill(0);
      const { memory } = network;
      const start = memory.mark();
      network.parameters.begin(flat.values, gradient);
      const entry = await network.forward(
        stem.map((piece) => [piece, piece.full]),
        { data: example.pixels, shape: [1, inputSize, inputSize, 3] },
      );
      const losses: number[] = [];
      let teacher: Float32Array | undefined;
      for (const subnet of subnets) {
        const base = memory.mark();
        const active = subnet.slice(stemLength);
        const present = rest.flatMap((piece, i): [Piece, number][] => (active[i] ? [[piece, active[i]]] : []));
        const encoded = await network.forward(present, entry.output);
        const decoded = await network.decode(encoded, example.prompts);
        const result = maskLoss(decoded.logits, decoded.iouPredictions, example.targets, options, teacher);
        // Copied: the memory is taken again for the next subnet.
        if (options.distill) teacher ??= decoded.logits.slice();
        losses.push(result.loss);
        await network.backward(encoded, await decoded.backward(result.dLogits, result.dIous));
        memory.release(base);
      }
      memory.release(start);
      return losses;
    },
  };
}
