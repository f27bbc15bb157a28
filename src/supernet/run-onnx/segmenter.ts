import type { Encoder, Piece, Subnet, Weights } from '../model/network.js';
import { MASK_TOKENS } from '../model/networks/mask-heads.js';
import type { Embedding, MaskPrediction, PreparedImage, PromptBatch, Segmenter } from '../model/segmentation.js';
import { decoderGraph, imageShape, pieceGraph } from './network-graphs.js';
import { createSession, type Session, type SessionOptions } from './run-session.js';

export interface OnnxSegmenterOptions extends SessionOptions {
  /** Memory for activations that later subnets may share. */
  readonly cacheMegabytes?: number;
}

const DEFAULT_CACHE_MEGABYTES = 1024;

/**
 * A (super)network on ONNX Runtime: one session a piece, the active width an input, a removed piece a call not made.
 * Activations are cached by the pieces that made them, so a subnet pays only for what comes after its first difference.
 * The images of one `embed` call go through together and are cached together.
 */
export async function createOnnxSegmenter(
  { weights }: { readonly weights: Weights },
  encoder: Encoder,
  options: OnnxSegmenterOptions = {},
): Promise<Segmenter> {
  const cache = createPrefixCache((options.cacheMegabytes ?? DEFAULT_CACHE_MEGABYTES) * 2 ** 20);
  const sessions = new Map<string, Promise<Session>>();
  const session = (key: string, model: () => Parameters<typeof createSession>[0]): Promise<Session> => {
    const made = sessions.get(key) ?? createSession(model(), options);
    sessions.set(key, made);
    return made;
  };
  const runPiece = async (piece: Piece, x: Activation, active: number): Promise<Activation> => {
    const runner = await session(piece.name, () => pieceGraph(weights, piece, [-1, ...x.shape.slice(1)]).model);
    const width = piece.width === undefined ? {} : { width: { data: BigInt64Array.of(BigInt(active)), shape: [1] } };
    const { y } = await runner.run({ x, ...width });
    return y as Activation;
  };

  const embed = async (
    images: readonly Pick<PreparedImage, 'name' | 'pixels'>[],
    subnet: Subnet,
  ): Promise<Embedding[]> => {
    if (images.length === 0) return [];
    const keys: string[] = [];
    let key = images.map(({ name }) => name).join('\n');
    encoder.pieces.forEach((_, i) => {
      if (subnet[i] !== 0) key += `\n${i}:${subnet[i]}`;
      keys.push(key);
    });
    let next = encoder.pieces.length;
    let x: Activation | undefined;
    while (x === undefined && next > 0) {
      x = cache.get(keys[next - 1] as string);
      if (x === undefined) next -= 1;
    }
    x ??= {
      data: concatenate(images.map(({ pixels }) => pixels)),
      shape: [images.length, ...imageShape(encoder).slice(1)],
    };
    for (; next < encoder.pieces.length; next++) {
      if (subnet[next] === 0) continue;
      x = await runPiece(encoder.pieces[next] as Piece, x, subnet[next] as number);
      cache.set(keys[next] as string, x);
    }
    const { data } = x;
    const size = data.length / images.length;
    const { grid, channels } = encoder;
    return images.map((_, i) => ({ grid, channels, data: data.slice(i * size, (i + 1) * size) }));
  };

  const decode = async (embedding: Embedding, prompts: PromptBatch): Promise<MaskPrediction> => {
    const { grid, channels } = embedding;
    const { count, points } = prompts;
    const runner = await session(`decoder ${points}`, () => decoderGraph(weights, encoder, points));
    const { logits, iouPredictions } = await runner.run({
      embedding: { data: embedding.data, shape: [1, grid, grid, channels] },
      coordinates: { data: prompts.coordinates, shape: [count, points, 2] },
      labels: { data: prompts.labels, shape: [count, points] },
    });
    return {
      count,
      height: (logits as Activation).shape[2] as number,
      width: (logits as Activation).shape[3] as number,
      logits: (logits as Activation).data,
      iouPredictions: (iouPredictions as Activation).data.subarray(0, count * MASK_TOKENS),
    };
  };

  return {
    inputSize: encoder.inputSize,
    embed,
    decode,
    close: async () => {
      for (const made of sessions.values()) await (await made).close();
      sessions.clear();
    },
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

/** Activations by (images, pieces that made them), the least recently used dropped when they take too much memory. */
export interface PrefixCache {
  get(key: string): Activation | undefined;
  set(key: string, activation: Activation): void;
}

export interface Activation {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export function createPrefixCache(maxBytes: number): PrefixCache {
  // A Map keeps insertion order, so its first key is the least recently used once every hit is inserted anew.
  const entries = new Map<string, Activation>();
  let bytes = 0;
  const remove = (key: string) => {
    bytes -= entries.get(key)?.data.byteLength ?? 0;
    entries.delete(key);
  };
  return {
    get: (key) => {
      const found = entries.get(key);
      if (found === undefined) return undefined;
      entries.delete(key);
      entries.set(key, found);
      return found;
    },
    set: (key, activation) => {
      if (activation.data.byteLength > maxBytes) return;
      remove(key);
      entries.set(key, activation);
      bytes += activation.data.byteLength;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
  };
}
