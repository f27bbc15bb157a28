import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { didYouMean } from '../../base/did-you-mean.js';
import { ModelError } from '../../errors.js';
import { minisamModel } from '../convert/minisam.js';
import { prepareImage } from '../data/prepare-image.js';
import { readPicture } from '../data/read-picture.js';
import { createUpscaler, type Upscaler } from '../method/upscale-masks.js';
import { type Model, readModel } from '../model/model-folder.js';
import type { PreparedImage, PromptBatch } from '../model/segmentation.js';
import type { SessionOptions } from '../run-onnx/run-session.js';
import { type EverythingOptions, everything } from './everything.js';
import type { LowMasks, PromptNetwork } from './network.js';
import { createOnnxPair, type OnnxPair, pairIn } from './onnx-pair.js';
import { type ChosenMask, chooseMask, type PredictedMask, predictedMask } from './predicted-mask.js';
import { type Prompt, promptGroups } from './prompt.js';
import { createWeightNetwork } from './weight-network.js';
import { zooModels } from './zoo.js';

/** A file, its bytes, or the pixels themselves `[height, width, 3]`. */
export type ImageSource =
  | string
  | Uint8Array
  | { readonly width: number; readonly height: number; readonly rgb: Uint8Array };

/** A model that can be asked for masks. It holds memory and threads until it is closed. */
export interface LoadedModel {
  readonly name: string;
  /** Pixels along one side of the square input. */
  readonly inputSize: number;
  /** Throws `DataError` for what is no readable image. */
  embed(image: ImageSource): Promise<EmbeddedImage>;
  close(): Promise<void>;
}

/** An image that the encoder has seen, ready for any number of prompts. */
export interface EmbeddedImage {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`. */
  readonly rgb: Uint8Array;
  /** What was done to the picture that its owner may not expect. */
  readonly note?: string | undefined;
  /** Wall clock of each step so far, in milliseconds; `decode` and `masks` grow with every prediction. */
  readonly milliseconds: { [step in Step]: number };
  /** One mask a prompt, in their order. Throws `UsageError` for a prompt that asks for nothing. */
  predict(prompts: readonly Prompt[], options?: PredictOptions): Promise<PredictedMask[]>;
  /** Masks of whatever is found at the points of a grid, best first. */
  everything(options?: EverythingOptions): Promise<PredictedMask[]>;
}

export type Step = 'read' | 'prepare' | 'encode' | 'decode' | 'masks';

export interface PredictOptions {
  /** Which of a prompt's four masks: the single one (default), or of the other three that of best predicted IoU. */
  readonly mask?: ChosenMask | undefined;
}

/**
 * Loads a model for predicting: a model folder (or a model as `readModel` gives it), a folder with `encoder.onnx` and
 * `decoder.onnx`, two such files, `minisam` for the pre-trained network that comes with the package, or the name of a model of
 * the zoo (`nuclei/subnet-70`).
 * @throws ModelError for what is none of these, or is broken
 */
export async function loadModel(source: string | Model | OnnxPair, options: SessionOptions = {}): Promise<LoadedModel> {
  const network = await openPromptNetwork(source, options);
  return {
    name: network.name,
    inputSize: network.format.inputSize,
    embed: (image) => embed(network, image),
    close: () => network.close(),
  };
}

/** What `loadModel` asks prompts of. */
export async function openPromptNetwork(
  source: string | Model | OnnxPair,
  options: SessionOptions,
): Promise<PromptNetwork> {
  if (typeof source !== 'string') {
    return 'weights' in source ? createWeightNetwork(source, options) : createOnnxPair(source, options);
  }
  if (existsSync(join(source, 'network.json'))) return createWeightNetwork(await readModel(source), options);
  const pair = pairIn(source);
  if (pair !== undefined) return createOnnxPair(pair, options);
  if (source === 'minisam') return createWeightNetwork(await minisamModel(), options);
  const zoo = zooModels();
  const own = pairIn(zoo.find(({ name }) => name === source)?.folder);
  if (own !== undefined) return createOnnxPair(own, options);
  const names = ['minisam', ...zoo.map(({ name }) => name)];
  throw new ModelError('MODEL_MISSING', `${source} is no model.${didYouMean(source, names)}`, {
    remedy: `give a model folder, a folder with encoder.onnx and decoder.onnx, or one of ${names.join(', ')}`,
  });
}

async function embed(network: PromptNetwork, source: ImageSource): Promise<EmbeddedImage> {
  const milliseconds = { read: 0, prepare: 0, encode: 0, decode: 0, masks: 0 };
  const timed = async <T>(step: Step, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    milliseconds[step] += performance.now() - start;
    return result;
  };
  const picture = await timed('read', async () => {
    if (typeof source === 'string' || source instanceof Uint8Array) return readPicture(source);
    return { ...source, note: undefined };
  });
  const { width, height, rgb, note } = picture;
  const name = typeof source === 'string' ? basename(source) : 'image';
  const prepared = await timed('prepare', () => prepareImage({ name, width, height, rgb }, network.format));
  const input = await timed('prepare', () => network.input(prepared));
  const embedding = await timed('encode', () => network.embed(input));
  const decode = (batch: PromptBatch) => timed('decode', () => network.decode(embedding, batch));
  const upscaler = upscalers(prepared);

  return {
    ...{ width, height, rgb, milliseconds },
    ...(note !== undefined && { note }),
    predict: async (prompts, { mask: choice = 'single' } = {}) => {
      const masks = new Map<number, PredictedMask>();
      for (const { indices, batch } of promptGroups(prompts, prepared)) {
        for (let start = 0; start < batch.count; start += network.promptsAtOnce) {
          const low = await decode(slice(batch, start, start + network.promptsAtOnce));
          const own = indices.slice(start, start + network.promptsAtOnce);
          await timed('masks', () => {
            own.forEach((prompt, i) => {
              masks.set(prompt, maskAt(low, chooseMask(low, i, choice), upscaler, { width, height }, prompt + 1));
            });
          });
        }
      }
      return prompts.map((_, i) => masks.get(i) as PredictedMask);
    },
    everything: async (options = {}) => {
      const before = milliseconds.decode;
      const start = performance.now();
      const found = await everything({ prepared, promptsAtOnce: network.promptsAtOnce, decode, upscaler }, options);
      milliseconds.masks += performance.now() - start - (milliseconds.decode - before);
      return found;
    },
  };
}

const maskAt = (
  { side, logits, iouPredictions }: LowMasks,
  index: number,
  upscaler: (side: number) => Upscaler,
  image: { readonly width: number; readonly height: number },
  id: number,
): PredictedMask =>
  predictedMask(
    logits.subarray(index * side * side, (index + 1) * side * side),
    upscaler(side),
    image,
    id,
    iouPredictions[index] as number,
  );

/** From a mask's side to the image's size; made once. */
function upscalers(prepared: PreparedImage): (side: number) => Upscaler {
  const { originalWidth: width, originalHeight: height } = prepared;
  const made = new Map<number, Upscaler>();
  return (side) => {
    const own = made.get(side) ?? createUpscaler({ ...prepared, side, width, height });
    made.set(side, own);
    return own;
  };
}

const slice = ({ points, coordinates, labels, count }: PromptBatch, from: number, to: number): PromptBatch => ({
  count: Math.min(to, count) - from,
  points,
  coordinates: coordinates.slice(2 * points * from, 2 * points * to),
  labels: labels.slice(points * from, points * to),
});
