import { createEncoder, inputFormat } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import type { Weights } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { MASK_TOKENS } from '../model/networks/mask-heads.js';
import { decoderGraph, encoderGraph } from '../run-onnx/network-graphs.js';
import { createSession, type Session, type SessionOptions } from '../run-onnx/run-session.js';
import type { PromptNetwork } from './network.js';

/** Prompts at once at a grid of 14 (224 pixels); a larger grid takes fewer, so that activations stay below half a gigabyte. */
const PROMPTS = 64;
const PROMPTS_GRID = 14;

/** A model folder's network on ONNX Runtime, at the input size it was made for. */
export async function createWeightNetwork(
  { description, weights }: Pick<Model, 'description' | 'weights'>,
  options: SessionOptions,
): Promise<PromptNetwork<Float32Array, Float32Array>> {
  const encoder = createEncoder(description);
  const { grid, channels, inputSize } = encoder;
  const encoding = await createSession(encoderGraph(weights, encoder), options);
  // A decoder's graph is for one number of points.
  const decoders = new Map<number, Promise<Session>>();
  const sessionFor = (points: number): Promise<Session> => {
    const made = decoders.get(points) ?? createSession(decoderGraph(weights, encoder, points), options);
    decoders.set(points, made);
    return made;
  };
  return {
    name: description.name,
    bytes: { encoder: bytesOf(weights, encoder.shapes), decoder: bytesOf(weights, decoderOf(encoder.decoder).shapes) },
    format: inputFormat(description),
    promptsAtOnce: Math.max(1, Math.min(PROMPTS, Math.floor(PROMPTS * (PROMPTS_GRID / grid) ** 2))),
    input: ({ pixels }) => pixels,
    embed: async (pixels) => {
      const { embedding } = await encoding.run({ image: { data: pixels, shape: [1, inputSize, inputSize, 3] } });
      return (embedding as { data: Float32Array }).data;
    },
    decode: async (embedding, { count, points, coordinates, labels }) => {
      const { logits, iouPredictions } = await (await sessionFor(points)).run({
        embedding: { data: embedding, shape: [1, grid, grid, channels] },
        coordinates: { data: coordinates, shape: [count, points, 2] },
        labels: { data: labels, shape: [count, points] },
      });
      return {
        perPrompt: MASK_TOKENS,
        side: 4 * grid,
        logits: (logits as { data: Float32Array }).data,
        iouPredictions: (iouPredictions as { data: Float32Array }).data,
      };
    },
    close: async () => {
      await encoding.close();
      for (const made of decoders.values()) await (await made).close();
    },
  };
}

const bytesOf = (weights: Weights, shapes: ReadonlyMap<string, unknown>): number =>
  [...shapes.keys()].reduce((sum, name) => sum + (weights.get(name)?.data.byteLength ?? 0), 0);
