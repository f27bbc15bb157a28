import type { Encoder, Weights } from '../../model/network.js';
import { decoderOf } from '../../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../../model/networks/prompt-encoder.js';
import type { Tensor, Tf } from '../../run-tfjs/differentiable.js';
import { scalarLoss } from '../../run-tfjs/differentiable.js';
import { createTfjsOps } from '../../run-tfjs/ops.js';
import { addTo, type FlatParameters } from '../flat-parameters.js';
import { maskLoss } from '../mask-loss.js';
import type { TrainingExample } from '../training-example.js';

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

export interface EmbeddingLoss {
  /** `cosine + l2`. */
  readonly loss: number;
  /** Mean over cells of 1 - cosine of the angle between the two vectors. */
  readonly cosine: number;
  /** Squared distance of the maps relative to the teacher's squared length. */
  readonly l2: number;
  /** By the student's embedding. */
  readonly gradient: Float32Array;
}

/** Keeps a vector of length 0 from dividing. */
const EPSILON = 1e-12;

/**
 * How far the embedding of one image is from the teacher's. Both terms are free of the embedding's scale, so that they weigh
 * the same for every teacher: mean_k (1 - cos(s_k, t_k)) + |s - t|² / |t|².
 * @param student `[cells, channels]`
 * @param teacher the same shape
 */
export function embeddingLoss(student: Float32Array, teacher: Float32Array, channels: number): EmbeddingLoss {
  const cells = student.length / channels;
  const gradient = new Float32Array(student.length);
  let [cosine, distance, length] = [0, 0, 0];
  for (let cell = 0; cell < cells; cell++) {
    const from = cell * channels;
    let [dot, ss, tt] = [0, 0, 0];
    for (let i = from; i < from + channels; i++) {
      const s = student[i] as number;
      const t = teacher[i] as number;
      dot += s * t;
      ss += s * s;
      tt += t * t;
    }
    const lengths = Math.sqrt(ss * tt) + EPSILON;
    const angle = dot / lengths;
    cosine += (1 - angle) / cells;
    distance += ss - 2 * dot + tt;
    length += tt;
    const along = angle / (ss + EPSILON);
    for (let i = from; i < from + channels; i++)
      gradient[i] = (along * (student[i] as number) - (teacher[i] as number) / lengths) / cells;
  }
  const scale = 1 / (length + EPSILON);
  for (let i = 0; i < gradient.length; i++)
    gradient[i] = (gradient[i] as number) + 2 * scale * ((student[i] as number) - (teacher[i] as number));
  const l2 = Math.max(0, distance) * scale;
  return { loss: cosine + l2, cosine, l2, gradient };
}
