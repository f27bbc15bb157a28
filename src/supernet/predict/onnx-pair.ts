import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ModelError } from '../../errors.js';
import { type OnnxSignature, readSignature } from '../formats/onnx/proto.js';
import type { ElasticIndex } from '../method/elastic-model.js';
import type { InputFormat, PreparedImage } from '../model/segmentation.js';
import { createSession, type SessionInput, type SessionOptions, type SessionOutput } from '../run-onnx/run-session.js';
import type { PromptNetwork } from './network.js';

export interface OnnxPair {
  readonly encoder: string;
  readonly decoder: string;
}

/** The pair of a folder, if it has one; subnets of one supernet may share the decoder in the folder above. */
export function pairIn(folder: string | undefined): OnnxPair | undefined {
  if (folder === undefined) return undefined;
  const encoder = join(folder, 'encoder.onnx');
  const decoder = ['decoder.onnx', '../decoder.onnx']
    .map((file) => join(folder, file))
    .find((file) => existsSync(file));
  return existsSync(encoder) && statSync(encoder).isFile() && decoder !== undefined ? { encoder, decoder } : undefined;
}

/** What files without metadata of ours are made for: segment-anything's preprocessing. */
const SAM: InputFormat = { inputSize: 1024, pixelMean: [123.675, 116.28, 103.53], pixelStd: [58.395, 57.12, 57.375] };
const MASK_INPUT_SIDE = 256;

/**
 * Two ONNX files in SAM's interface: an encoder of `[1, 3, S, S]` (normalised, padded) or `[H, W, 3]` (0 to 255, the long
 * side S), and the decoder that segment-anything exports, which gives one mask or four a prompt.
 * @throws ModelError (MODEL_INTERFACE) for files with other inputs or outputs
 */
export async function createOnnxPair(
  files: OnnxPair,
  options: SessionOptions,
): Promise<PromptNetwork<SessionInput, SessionOutput>> {
  const [encoderBytes, decoderBytes] = [await read(files.encoder), await read(files.decoder)];
  const encoder = readSignature(encoderBytes, files.encoder);
  const decoder = readSignature(decoderBytes, files.decoder);
  const { input, isRaw, format, subnet } = encoderInput(encoder, files.encoder);
  require(decoder, files.decoder);
  const maskInput = decoder.inputs.find(({ name }) => name === 'mask_input')?.shape.map((size) => Number(size) || 0);
  const side = maskInput?.at(-1) || MASK_INPUT_SIDE;
  const takes = new Set(decoder.inputs.map(({ name }) => name));
  const encoding = await createSession(encoderBytes, options);
  const decoding = await createSession(decoderBytes, options);

  return {
    name: basename(files.encoder),
    bytes: { encoder: encoderBytes.length, decoder: decoderBytes.length },
    format,
    promptsAtOnce: 64,
    input: (image) => (isRaw ? rawContent(image) : planar(image)),
    embed: async (fed) => {
      const outputs = await encoding.run({ [input]: fed, ...subnet });
      return (outputs['image_embeddings'] ?? outputs[encoder.outputs[0] as string]) as SessionOutput;
    },
    decode: async (embedding, prompts) => {
      const { count, points } = prompts;
      const found: { masks: SessionOutput; ious: Float32Array }[] = [];
      // The interface takes one prompt at a time.
      for (let i = 0; i < count; i++) {
        const feeds: { readonly [name: string]: SessionInput } = {
          image_embeddings: embedding,
          point_coords: part(prompts.coordinates, i, 2 * points, [1, points, 2]),
          point_labels: part(prompts.labels, i, points, [1, points]),
          mask_input: { data: new Float32Array(side * side), shape: [1, 1, side, side] },
          has_mask_input: { data: Float32Array.of(0), shape: [1] },
          // Masks are brought to the image's size here, by the way that the scores are measured with.
          orig_im_size: { data: Float32Array.of(1, 1), shape: [2] },
        };
        const outputs = await decoding.run(
          Object.fromEntries(Object.entries(feeds).filter(([name]) => takes.has(name))),
        );
        found.push({
          masks: outputs['low_res_masks'] as SessionOutput,
          ious: (outputs['iou_predictions'] as SessionOutput).data,
        });
      }
      const { shape } = (found[0] as { masks: SessionOutput }).masks;
      return {
        perPrompt: shape[1] as number,
        side: shape[2] as number,
        logits: joined(found.map(({ masks }) => masks.data)),
        iouPredictions: joined(found.map(({ ious }) => ious)),
      };
    },
    close: async () => {
      await encoding.close();
      await decoding.close();
    },
  };
}

function encoderInput({ inputs, metadata }: OnnxSignature, path: string) {
  const subnet = bestSubnet({ inputs, metadata });
  const [first, ...others] = inputs.filter(({ name }) => subnet === undefined || name !== SUBNET);
  const rank = first?.shape.length;
  if (first === undefined || others.length > 0 || (rank !== 3 && rank !== 4)) throw strange(path, inputs, 'one image');
  const isRaw = rank === 3;
  const numbers = (key: string, fallback: readonly number[]) =>
    metadata[key] === undefined ? fallback : (JSON.parse(metadata[key]) as readonly number[]);
  const stated = metadata['inputSize'] ?? first.shape[2];
  const inputSize = !isRaw && Number.isInteger(Number(stated)) ? Number(stated) : SAM.inputSize;
  const format: InputFormat = {
    inputSize,
    pixelMean: isRaw ? [0, 0, 0] : numbers('pixelMean', SAM.pixelMean),
    pixelStd: isRaw ? [1, 1, 1] : numbers('pixelStd', SAM.pixelStd),
    ...(metadata['resize'] === 'squash' && { resize: 'squash' }),
  };
  return { input: first.name, isRaw, format, subnet };
}

const SUBNET = 'subnet';

/** Of an elastic encoder (docs/elastic.md) the best of its subnets, as a second input. */
function bestSubnet({ inputs, metadata }: Pick<OnnxSignature, 'inputs' | 'metadata'>) {
  const { elastic } = metadata;
  if (elastic === undefined || !inputs.some(({ name }) => name === SUBNET)) return undefined;
  const sizes = (JSON.parse(elastic) as ElasticIndex).subnets[0]?.sizes ?? [];
  return { [SUBNET]: { data: BigInt64Array.from(sizes, BigInt), shape: [sizes.length] } };
}

const NEEDED = {
  inputs: ['image_embeddings', 'point_coords', 'point_labels'],
  outputs: ['low_res_masks', 'iou_predictions'],
};

function require({ inputs, outputs }: OnnxSignature, path: string): void {
  const names = new Set([...inputs.map(({ name }) => name), ...outputs]);
  const lacking = [...NEEDED.inputs, ...NEEDED.outputs].filter((name) => !names.has(name));
  if (lacking.length > 0) throw strange(path, inputs, lacking.join(', '));
}

const strange = (path: string, inputs: OnnxSignature['inputs'], wanted: string) =>
  new ModelError(
    'MODEL_INTERFACE',
    `${path} does not have SAM's interface: it takes ${inputs.map(({ name, shape }) => `${name} [${shape}]`).join(', ')}; looked for ${wanted}`,
    { remedy: "give an encoder of images, and a decoder with the names of segment-anything's ONNX export" },
  );

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ModelError('MODEL_MISSING', `cannot read ${path}`, { cause, remedy: 'give an ONNX file that is there' });
  }
}

/** `[S, S, 3]` as `[1, 3, S, S]`. */
export function planar({ pixels, inputSize }: Pick<PreparedImage, 'pixels' | 'inputSize'>): SessionInput {
  const area = inputSize * inputSize;
  const data = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++) data[channel * area + i] = pixels[3 * i + channel] as number;
  }
  return { data, shape: [1, 3, inputSize, inputSize] };
}

/** The rows that show the image, without the padding. */
function rawContent({ pixels, inputSize, contentWidth, contentHeight }: PreparedImage): SessionInput {
  const data = new Float32Array(3 * contentWidth * contentHeight);
  for (let y = 0; y < contentHeight; y++) {
    data.set(pixels.subarray(3 * y * inputSize, 3 * (y * inputSize + contentWidth)), 3 * y * contentWidth);
  }
  return { data, shape: [contentHeight, contentWidth, 3] };
}

const part = (values: Float32Array, i: number, size: number, shape: readonly number[]): SessionInput => ({
  data: values.slice(i * size, (i + 1) * size),
  shape,
});

function joined(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}
