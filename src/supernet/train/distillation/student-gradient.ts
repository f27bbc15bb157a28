import type { Encoder, Weights } from '../../model/network.js';
import { decoderOf } from '../../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../../model/networks/prompt-encoder.js';
import type { Tensor, Tf } from '../../run-tfjs/differentiable.js';
import { createTfjsOps } from '../../run-tfjs/ops.js';
import { scalarLoss } from '../../run-tfjs/scalar-loss.js';
import { addTo, type FlatParameters } from '../flat-parameters.js';
import { maskLoss } from '../mask-loss.js';
import type { TrainingExample } from '../training-example.js';
import { embeddingLoss } from './embedding-loss.js';

/** Images that go through the student together. */
export interface StudentJob {
  readonly examples: readonly TrainingExample[];
  /** The teacher's embedding of each. */
  readonly embeddings: readonly Float32Array[];
  /** Whether the loss of the masks is added. */
  readonly withMasks: boolean;
}

/** Sums over the images of a job. */
export interface StudentLosses {
  readonly cosine: number;
  readonly l2: number;
  /** 0 without masks. */
  readonly mask: number;
}

/** Computes the gradient of a job by the student's encoder into a flat array and returns the losses. */
export interface StudentGradient {
  run(job: StudentJob, gradient: Float32Array): StudentLosses;
}

/** The encoder learns all it has; prompt encoder and mask decoder are the teacher's and stay as they are. */
export const studentNames = (encoder: Encoder): string[] => encoder.pieces.flatMap(({ tensors }) => tensors);

export function createStudentGradient(
  tf: Tf,
  encoder: Encoder,
  weights: Weights,
  flat: FlatParameters,
): StudentGradient {
  const { inputSize, grid } = encoder;
  const decoder = decoderOf(encoder.decoder);
  const frozen = new Map<string, Tensor>();
  for (const name of decoder.shapes.keys()) {
    const { shape, data } = weights.get(name) ?? { shape: [0], data: new Float32Array() };
    frozen.set(name, tf.keep(tf.tensor(data, [...shape])));
  }
  const gaussian = weights.get(GAUSSIAN_MATRIX)?.data ?? new Float32Array();
  const tokens = [1, grid * grid, DECODER_CHANNELS];
  const positions = tf.keep(tf.tensor(densePositions(gaussian, grid), tokens));

  return {
    run: ({ examples, embeddings, withMasks }, gradient) =>
      tf.tidy(() => {
        const count = examples.length;
        // Fresh copies: the flat values change after every step.
        const trained = new Map(
          flat.slots.map(({ name, shape, offset, length }) => [
            name,
            tf.tensor(flat.values.slice(offset, offset + length), [...shape]) as Tensor,
          ]),
        );
        const ops = createTfjsOps(tf, (name) => trained.get(name) ?? frozen.get(name));
        const images = tf.concat(examples.map(({ pixels }) => tf.tensor(pixels, [1, inputSize, inputSize, 3])));
        let [cosine, l2, mask] = [0, 0, 0];

        const embeddingTerm = (embedding: Tensor, i: number): Tensor =>
          scalarLoss(tf, [embedding], ([values]) => {
            const result = embeddingLoss(values as Float32Array, embeddings[i] as Float32Array, encoder.channels);
            cosine += result.cosine;
            l2 += result.l2;
            return { loss: result.loss, gradients: [result.gradient] };
          });

        const maskTerm = (embedding: Tensor, { prompts, targets }: TrainingExample): Tensor => {
          const points = [prompts.count, prompts.points];
          const coordinates = tf.tensor(prompts.coordinates, [...points, 2]) as Tensor;
          const sparse = decoder.encodePrompts(ops, coordinates, tf.tensor(prompts.labels, points), inputSize);
          const noMask = decoder.noMask(ops);
          const map = ops.reshape(embedding, tokens);
          const source = noMask === undefined ? map : ops.add(map, noMask);
          const { logits, iouPredictions } = decoder.decodeMasks(ops, source, positions, sparse, grid);
          return scalarLoss(tf, [logits, iouPredictions], ([masks, ious]) => {
            const result = maskLoss(masks as Float32Array, ious as Float32Array, targets);
            mask += result.loss;
            return { loss: result.loss, gradients: [result.dLogits, result.dIous] };
          });
        };

        const forward = (): Tensor => {
          const all = encoder.pieces.reduce<Tensor>((x, piece) => piece.forward(ops, x, piece.full), images);
          const terms = examples.flatMap((example, i) => {
            const embedding = count === 1 ? all : ops.slice(all, 0, i, 1);
            return [embeddingTerm(embedding, i), ...(withMasks ? [maskTerm(embedding, example)] : [])];
          });
          return terms.reduce((sum, term) => ops.add(sum, term));
        };
        const { grads } = tf.engine().gradients(forward, [...trained.values()], tf.scalar(1) as Tensor);
        gradient.fill(0);
        flat.slots.forEach(({ offset }, i) => {
          addTo(gradient, offset, grads[i] as Tensor);
        });
        return { cosine, l2, mask };
      }),
  };
}
