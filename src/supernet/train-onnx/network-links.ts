import type { Encoder, Piece, Weights } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../model/networks/prompt-encoder.js';
import type { PromptBatch } from '../model/segmentation.js';
import { createLink, type Link, type LinkPlan, type Passed } from './link.js';
import { createStackMemory, type StackMemory } from './memory.js';
import { createParameters, type Parameters, type TrainedTensor } from './parameters.js';
import { type Block, createSessions } from './session.js';

/** Pieces of the encoder with their active sizes, none of them 0. */
export type ActivePieces = readonly (readonly [piece: Piece, active: number])[];

interface LinkPass {
  readonly link: Link;
  readonly passed: Passed;
  /** Of the memory before the pass. */
  readonly mark: ReturnType<StackMemory['mark']>;
}

/** A map with what leads back from it. */
export interface Encoded {
  readonly output: Block;
  readonly passes: readonly LinkPass[];
  /** Whether the map depends on anything that is trained. */
  readonly flows: boolean;
}

export interface Decoded {
  readonly logits: Float32Array;
  readonly iouPredictions: Float32Array;
  /** Adds the decoder's gradients; returns that of the embedding, undefined where nothing before it learns. */
  backward(dLogits: Float32Array, dIous: Float32Array): Promise<Float32Array | undefined>;
}

export interface NetworkLinks {
  readonly memory: StackMemory;
  readonly parameters: Parameters;
  forward(pieces: ActivePieces, x: Block): Promise<Encoded>;
  /** Adds the gradients of the pieces, given that of their output, and gives back what the passes took. */
  backward(encoded: Encoded, gradient: Float32Array | undefined): Promise<void>;
  decode(embedding: Encoded, prompts: PromptBatch): Promise<Decoded>;
}

/**
 * A network as links, one for every piece and active size that comes up. Equal links share their graphs, so a width costs the
 * milliseconds of loading it once for all blocks of a stage.
 */
export function createNetworkLinks(
  encoder: Encoder,
  weights: Weights,
  trained: readonly TrainedTensor[],
): NetworkLinks {
  const memory = createStackMemory();
  const parameters = createParameters(weights, trained, memory);
  const sessions = createSessions();
  const links = new Map<string, Promise<Link>>();
  const decoder = decoderOf(encoder.decoder);
  const tokens = [1, encoder.grid * encoder.grid, DECODER_CHANNELS];
  const positions = densePositions(weights.get(GAUSSIAN_MATRIX)?.data ?? new Float32Array(), encoder.grid);
  // The gradient that goes from one link to the one before it, while the memory of both is given back.
  let carried = new Float32Array();

  const link = (key: string, plan: () => LinkPlan): Promise<Link> => {
    const made = links.get(key) ?? createLink(plan(), parameters, parameters, memory, sessions);
    links.set(key, made);
    return made;
  };
  const carry = (gradient: Float32Array): Float32Array => {
    if (carried.length < gradient.length) carried = new Float32Array(gradient.length);
    carried.set(gradient);
    return carried.subarray(0, gradient.length);
  };
  const pass = async (
    made: Link,
    inputs: { readonly [name: string]: Float32Array },
    mark: LinkPass['mark'],
  ): Promise<LinkPass> => ({ link: made, passed: await made.forward(inputs), mark });

  return {
    memory,
    parameters,
    forward: async (pieces, x) => {
      let output = x;
      let flows = false;
      const passes: LinkPass[] = [];
      for (const [piece, active] of pieces) {
        const { data, shape } = output;
        const comesIn = flows;
        const made = await link(`${piece.name} ${active} ${shape} ${comesIn}`, () => ({
          inputs: { x: { shape, flows: comesIn } },
          build: (ops, inputs) => [piece.forward(ops, inputs['x'] as NonNullable<(typeof inputs)['x']>, active)],
        }));
        const done = await pass(made, { x: data }, memory.mark());
        passes.push(done);
        flows = made.flows;
        output = { data: done.passed.outputs[0] as Float32Array, shape: made.outputShapes[0] ?? [] };
      }
      return { output, passes, flows };
    },
    backward: async ({ passes, flows }, gradient) => {
      let dy = gradient;
      if (!flows || dy === undefined) return;
      for (const { link: made, passed, mark } of [...passes].reverse()) {
        const { x: dx } = await made.backward(passed, [dy]);
        if (dx === undefined) return;
        dy = carry(dx);
        memory.release(mark);
      }
    },
    decode: async ({ output, flows }, { count, points, coordinates, labels }) => {
      const mark = memory.mark();
      const made = await link(`decoder ${count} ${points} ${flows}`, () => ({
        inputs: {
          embedding: { shape: tokens, flows },
          coordinates: { shape: [count, points, 2], flows: false },
          labels: { shape: [count, points], flows: false },
        },
        build: (ops, inputs) => {
          type Inputs = Record<'embedding' | 'coordinates' | 'labels', NonNullable<(typeof inputs)['x']>>;
          const { embedding, coordinates: at, labels: kinds } = inputs as Inputs;
          const noMask = decoder.noMask(ops);
          const source = noMask === undefined ? embedding : ops.add(embedding, noMask);
          const sparse = decoder.encodePrompts(ops, at, kinds, encoder.inputSize);
          const places = ops.constant(positions, tokens);
          const masks = decoder.decodeMasks(ops, source, places, sparse, encoder.grid);
          return [masks.logits, masks.iouPredictions];
        },
      }));
      const { passed } = await pass(made, { embedding: output.data, coordinates, labels }, mark);
      const [logits, iouPredictions] = passed.outputs as [Float32Array, Float32Array];
      return {
        logits,
        iouPredictions,
        backward: async (dLogits, dIous) => {
          const { embedding } = await made.backward(passed, [dLogits, dIous]);
          const gradient = embedding && carry(embedding);
          memory.release(mark);
          return gradient;
        },
      };
    },
  };
}
