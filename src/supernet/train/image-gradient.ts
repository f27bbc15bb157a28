import type { Encoder, Piece, Subnet, Weights } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../model/networks/prompt-encoder.js';
import type { Tensor, Tf } from '../run-tfjs/differentiable.js';
import { scalarLoss } from '../run-tfjs/differentiable.js';
import { createTfjsOps } from '../run-tfjs/ops.js';
import { addTo, type FlatParameters } from './flat-parameters.js';
import { type MaskLossOptions, maskLoss, maskLossDefaults } from './mask-loss.js';
import type { TrainingExample } from './training-example.js';
import type { TrainablePart } from './training-options.js';

export interface GradientJob {
  readonly example: TrainingExample;
  /** The sandwich: all of them see the same image and prompts. */
  readonly subnets: readonly Subnet[];
}

/** Computes the gradient of one image through its subnets into a flat array and returns the subnets' losses. */
export interface ImageGradient {
  run(job: GradientJob, gradient: Float32Array): number[];
}

/** How a subnet's masks are held against the truth, or (`distill`) against those of the first subnet of its job. */
export interface LossOptions extends MaskLossOptions {
  readonly distill: boolean;
}

export const lossDefaults: LossOptions = { ...maskLossDefaults, distill: false };

/** What training changes: the encoder behind the stem, the mask decoder, or both. The prompt encoder stays as it is. */
export function trainableNames(encoder: Encoder, part: TrainablePart = 'both'): string[] {
  const encoderNames = encoder.pieces.slice(encoder.stemLength).flatMap(({ tensors }) => tensors);
  const decoderNames = [...decoderOf(encoder.decoder).shapes.keys()].filter((name) => name.startsWith('mask_decoder.'));
  return [...(part === 'decoder' ? [] : encoderNames), ...(part === 'encoder' ? [] : decoderNames)];
}

export function createImageGradient(
  tf: Tf,
  encoder: Encoder,
  weights: Weights,
  flat: FlatParameters,
  options: LossOptions = lossDefaults,
): ImageGradient {
  const slots = new Map(flat.slots.map((slot) => [slot.name, slot]));
  const frozen = new Map<string, Tensor>();
  for (const [name, { shape, data }] of weights) {
    if (!slots.has(name)) frozen.set(name, tf.keep(tf.tensor(data, [...shape])));
  }
  const gaussian = weights.get(GAUSSIAN_MATRIX)?.data ?? new Float32Array();
  const tokens = [1, encoder.grid * encoder.grid, DECODER_CHANNELS];
  const positions = tf.keep(tf.tensor(densePositions(gaussian, encoder.grid), tokens));
  const stem = encoder.pieces.slice(0, encoder.stemLength);
  const decoder = decoderOf(encoder.decoder);
  const rest = encoder.pieces.slice(stem.length);
  const decoderNames = flat.slots.map(({ name }) => name).filter((name) => name.startsWith('mask_decoder.'));

  return {
    run: ({ example, subnets }, gradient) =>
      tf.tidy(() => {
        // Fresh copies: the flat values change after every step.
        const trained = new Map<string, Tensor>();
        for (const { name, shape, offset, length } of flat.slots) {
          trained.set(name, tf.tensor(flat.values.slice(offset, offset + length), [...shape]));
        }
        const ops = createTfjsOps(tf, (name) => trained.get(name) ?? frozen.get(name));
        const { count, points, coordinates, labels } = example.prompts;
        const image: Tensor = tf.tensor(example.pixels, [1, encoder.inputSize, encoder.inputSize, 3]);
        const entry = stem.reduce((x, piece) => piece.forward(ops, x, piece.full), image);
        const sparse = decoder.encodePrompts(
          ops,
          tf.tensor(coordinates, [count, points, 2]) as Tensor,
          tf.tensor(labels, [count, points]) as Tensor,
          encoder.inputSize,
        );
        const noMask = decoder.noMask(ops);
        gradient.fill(0);
        let teacher: Float32Array | undefined;
        return subnets.map((subnet) =>
          tf.tidy(() => {
            const active = subnet.slice(stem.length);
            const names = [...usedTensors(rest, active).filter((name) => slots.has(name)), ...decoderNames];
            const variables = names.map((name) => trained.get(name) as Tensor);
            let loss = 0;
            const forward = () => {
              const embedding = rest.reduce(
                (x, piece, i) => ((active[i] as number) > 0 ? piece.forward(ops, x, active[i] as number) : x),
                entry,
              );
              const image = ops.reshape(embedding, tokens);
              const source = noMask === undefined ? image : ops.add(image, noMask);
              const { logits, iouPredictions } = decoder.decodeMasks(ops, source, positions, sparse, encoder.grid);
              return scalarLoss(tf, [logits, iouPredictions], ([masks, ious]) => {
                const answer = masks as Float32Array;
                const result = maskLoss(answer, ious as Float32Array, example.targets, options, teacher);
                // Copied: the tensor's memory is taken again for the next subnet.
                if (options.distill) teacher ??= answer.slice();
                loss = result.loss;
                return { loss, gradients: [result.dLogits, result.dIous] };
              });
            };
            const { grads } = tf.engine().gradients(forward, variables, tf.scalar(1) as Tensor);
            names.forEach((name, i) => {
              addTo(gradient, slots.get(name)?.offset ?? 0, grads[i] as Tensor);
            });
            return loss;
          }),
        );
      }),
  };
}

/** Names of what a subnet's pieces read. */
export const usedTensors = (pieces: readonly Piece[], active: readonly number[]): string[] =>
  pieces.flatMap(({ tensors }, i) => ((active[i] as number) > 0 ? tensors : []));
