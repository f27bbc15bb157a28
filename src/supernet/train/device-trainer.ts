import type { Encoder, Subnet, Weights } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS, MASK_TOKENS } from '../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../model/networks/prompt-encoder.js';
import { forwardPass, type Tensor, type Tf, tidyAsync } from '../run-tfjs/differentiable.js';
import { createTfjsOps } from '../run-tfjs/ops.js';
import { adamWDefaults, clipScale } from './adamw.js';
import type { ParameterSlot } from './flat-parameters.js';
import { type LossOptions, usedTensors } from './image-gradient.js';
import { maskLoss } from './mask-loss.js';
import type { TrainingExample } from './training-example.js';
import { checkFinite, type StepOptions, type TrainedState, type Trainer } from './training-step.js';

/**
 * Trains on the device of a TensorFlow.js backend: weights, moments and gradients stay there, the images of a batch go through the
 * encoder at once, and what comes back a step is the masks' logits of each subnet, for the loss, and the norm of the gradient.
 * Elsewhere every image and subnet would send all weights up and all gradients down: for a ViT-B 360 MB each way.
 */
export function createDeviceTrainer(
  tf: Tf,
  encoder: Encoder,
  weights: Weights,
  { flat, moments }: TrainedState,
  loss: LossOptions,
): Trainer {
  const slots = new Map(flat.slots.map((slot) => [slot.name, slot]));
  const constants: Tensor[] = [];
  const constant = (data: Float32Array, shape: readonly number[]): Tensor => {
    const made = tf.keep(tf.tensor(data, [...shape])) as Tensor;
    constants.push(made);
    return made;
  };
  const frozen = new Map<string, Tensor>();
  for (const [name, { shape, data }] of weights) if (!slots.has(name)) frozen.set(name, constant(data, shape));
  const tokens = [1, encoder.grid * encoder.grid, DECODER_CHANNELS];
  const gaussian = weights.get(GAUSSIAN_MATRIX)?.data ?? new Float32Array();
  const positions = constant(densePositions(gaussian, encoder.grid), tokens);

  const values = createBank(tf, flat.slots, flat.values);
  const first = createBank(tf, flat.slots, moments.first);
  const second = createBank(tf, flat.slots, moments.second);
  const gradients = createBank(tf, [], new Float32Array());
  const banks = [values, first, second];

  const ops = createTfjsOps(tf, (name) => values.get(name) ?? frozen.get(name));
  const decoder = decoderOf(encoder.decoder);
  const decoderNames = flat.slots.map(({ name }) => name).filter((name) => name.startsWith('mask_decoder.'));
  const { stemLength, inputSize, grid } = encoder;
  const [stem, rest] = [encoder.pieces.slice(0, stemLength), encoder.pieces.slice(stemLength)];

  /** Masks and predicted IoUs of every image in one row, so that one read brings them all. */
  function answersOf(embeddings: Tensor, examples: readonly TrainingExample[], sparse: readonly Tensor[]): Tensor {
    const noMask = decoder.noMask(ops);
    const flatten = (x: Tensor) => ops.reshape(x, [1, x.size]);
    return ops.concat(
      examples.flatMap((_, i) => {
        const image = ops.reshape(ops.slice(embeddings, 0, i, 1), tokens);
        const source = noMask === undefined ? image : ops.add(image, noMask);
        const { logits, iouPredictions } = decoder.decodeMasks(ops, source, positions, sparse[i] as Tensor, grid);
        return [flatten(logits), flatten(iouPredictions)];
      }),
      1,
    );
  }

  /** The images' losses and their sum's gradient by the answers; `teachers` takes note of what the first subnet answered. */
  function lossesOf(answers: Float32Array, examples: readonly TrainingExample[], teachers: Float32Array[]) {
    const gradient = new Float32Array(answers.length);
    let at = 0;
    const losses = examples.map(({ targets, prompts }, i) => {
      const [masks, ious] = [MASK_TOKENS * targets.length, MASK_TOKENS * prompts.count];
      const answer = answers.subarray(at, at + masks);
      const predicted = answers.subarray(at + masks, at + masks + ious);
      const result = maskLoss(answer, predicted, targets, loss, teachers[i]);
      if (loss.distill) teachers[i] ??= answer.slice();
      gradient.set(result.dLogits, at);
      gradient.set(result.dIous, at + masks);
      at += masks + ious;
      return result.loss;
    });
    return { losses, gradient };
  }

  /** Adds the gradients of images that go together through subnets to the bank; a loss a subnet and image. */
  const addGradients = (examples: readonly TrainingExample[], subnets: readonly Subnet[]): Promise<number[][]> =>
    tidyAsync(tf, async () => {
      const pixels = tf.stack(examples.map((example) => tf.tensor3d(example.pixels, [inputSize, inputSize, 3])));
      const entry = stem.reduce((x, piece) => piece.forward(ops, x, piece.full), pixels as Tensor);
      const sparse = examples.map(({ prompts: { count, points, coordinates, labels } }) =>
        decoder.encodePrompts(
          ops,
          tf.tensor(coordinates, [count, points, 2]) as Tensor,
          tf.tensor(labels, [count, points]) as Tensor,
          inputSize,
        ),
      );
      const teachers: Float32Array[] = [];
      const all: number[][] = [];
      for (const subnet of subnets) {
        await tidyAsync(tf, async () => {
          const active = subnet.slice(stemLength);
          const names = [...usedTensors(rest, active).filter((name) => slots.has(name)), ...decoderNames];
          const { output, backward } = forwardPass(tf, () => {
            const embeddings = rest.reduce(
              (x, piece, i) => ((active[i] as number) > 0 ? piece.forward(ops, x, active[i] as number) : x),
              entry,
            );
            return answersOf(embeddings, examples, sparse);
          });
          const { losses, gradient } = lossesOf((await output.data()) as Float32Array, examples, teachers);
          all.push(losses);
          const trained = names.map((name) => values.get(name) as Tensor);
          const grads = backward(tf.tensor(gradient, output.shape) as Tensor, trained);
          for (const [i, name] of names.entries()) {
            const [before, own] = [gradients.get(name), grads[i] as Tensor];
            // Two parameters may have one gradient between them.
            gradients.put(name, before === undefined ? tf.clone(own) : tf.add(before, own));
          }
        });
      }
      return all;
    });

  const normOf = async (): Promise<number> => {
    // A stack where `addN` would do: WebGPU's takes eight tensors at most.
    const squares = tf.tidy(() => tf.sum(tf.stack([...gradients.tensors()].map((each) => tf.sum(tf.square(each))))));
    const [sum = Number.NaN] = await squares.data();
    squares.dispose();
    return Math.sqrt(sum);
  };

  /** AdamW as in `adamWStep`; what no subnet used has a gradient of 0. */
  const update = (rate: number, step: number, scale: number, weightDecay: number) => {
    const { beta1, beta2, epsilon } = adamWDefaults;
    const size = rate / (1 - beta1 ** step);
    const correct = 1 / Math.sqrt(1 - beta2 ** step);
    for (const { name, shape } of flat.slots) {
      tf.tidy(() => {
        const found = gradients.get(name);
        const [value, m, v] = banks.map((bank) => bank.get(name)) as [Tensor, Tensor, Tensor];
        const g = found === undefined ? tf.zerosLike(m) : tf.mul(found, scale);
        const mean = tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1));
        const spread = tf.add(tf.mul(v, beta2), tf.mul(tf.mul(g, g), 1 - beta2));
        const direction = tf.div(tf.mul(mean, size), tf.add(tf.mul(tf.sqrt(spread), correct), epsilon));
        const kept = shape.length > 1 ? tf.mul(value, 1 - rate * weightDecay) : value;
        values.put(name, tf.sub(kept, direction) as Tensor);
        first.put(name, mean as Tensor);
        second.put(name, spread as Tensor);
      });
    }
  };

  const stepOf = async (
    { batch, weightDecay, clipNorm }: StepOptions,
    subnets: readonly Subnet[],
    examples: readonly TrainingExample[],
    rate: number,
    count: { readonly step: number; readonly adamW: number },
  ) => {
    gradients.clear();
    const sums = subnets.map(() => 0);
    for (let from = 0; from < examples.length; from += batch) {
      for (const [i, losses] of (await addGradients(examples.slice(from, from + batch), subnets)).entries())
        for (const each of losses) sums[i] = (sums[i] as number) + each / examples.length;
    }
    const norm = (await normOf()) / examples.length;
    checkFinite([...sums, norm], count.step, examples);
    const scale = clipScale(norm, clipNorm === 0 ? Number.POSITIVE_INFINITY : clipNorm) / examples.length;
    update(rate, count.adamW, scale, weightDecay);
    gradients.clear();
    return { losses: sums, norm };
  };

  return {
    step: async (options, subnets, examples, rate, step) => {
      if (options.sandwich !== 'sequential') {
        return stepOf(options, subnets, examples, rate, { step, adamW: step });
      }
      const results: { losses: number[]; norm: number }[] = [];
      for (const subnet of subnets) {
        for (const bank of [first, second]) bank.zero();
        results.push(await stepOf(options, [subnet], examples, rate, { step, adamW: 1 }));
      }
      return {
        losses: results.flatMap(({ losses }) => losses),
        norm: Math.max(0, ...results.map(({ norm }) => norm)),
      };
    },
    fetch: async () => {
      await values.fetch(flat.values);
      await first.fetch(moments.first);
      await second.fetch(moments.second);
    },
    load: () => {
      values.load(flat.values);
      first.load(moments.first);
      second.load(moments.second);
    },
    close: async () => {
      for (const bank of [...banks, gradients]) bank.clear();
      for (const tensor of constants) tensor.dispose();
    },
  };
}

/** Tensors by name that outlive the steps that made them. */
function createBank(tf: Tf, slots: readonly ParameterSlot[], from: Float32Array) {
  const held = new Map<string, Tensor>();
  const put = (name: string, tensor: Tensor) => {
    held.get(name)?.dispose();
    held.set(name, tf.keep(tensor));
  };
  const load = (flat: Float32Array) => {
    for (const { name, shape, offset, length } of slots)
      put(name, tf.tensor(flat.slice(offset, offset + length), [...shape]) as Tensor);
  };
  load(from);
  return {
    get: (name: string) => held.get(name),
    tensors: () => held.values(),
    put,
    load,
    zero: () => {
      for (const { name, shape } of slots) put(name, tf.zeros([...shape]) as Tensor);
    },
    fetch: async (flat: Float32Array) => {
      for (const { name, offset } of slots) flat.set((await held.get(name)?.data()) as Float32Array, offset);
    },
    clear: () => {
      for (const tensor of held.values()) tensor.dispose();
      held.clear();
    },
  };
}
