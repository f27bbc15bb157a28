import { availableParallelism } from 'node:os';
import { encodeModel, type OnnxModel } from '../formats/onnx/proto.js';
import type { Encoder, Weights } from '../model/network.js';
import type { Segmenter } from '../model/segmentation.js';
import { decoderGraph, segmentGraph } from './network-graphs.js';
import type { Provider } from './provider.js';
import { createSegmentPool } from './segment-pool.js';
import type { Graph } from './segment-runner.js';
import { type Segment, segmentsOf } from './segments.js';

export interface OnnxSegmenterOptions {
  /** Memory for activations that later subnets may share, of all threads together. */
  readonly cacheMegabytes?: number;
  /** Cores it may take. Default: all. */
  readonly cores?: number;
  /**
   * Images at once, each in a thread of its own. Default: one a core while the weights fit often enough; operators share what is left of
   * the cores, which may change the last digits.
   */
  readonly workers?: number;
  /** What computes, tried by `checkProvider`. Default: the CPU. */
  readonly provider?: Provider;
}

const DEFAULT_CACHE_MEGABYTES = 1024;
/** Enough for what subnets that are scored together, image by image, have in common. What is freed, the process keeps. */
export const TOGETHER_CACHE_MEGABYTES = 256;
/** Every thread holds the weights; together they may take this. */
const MOST_WEIGHT_BYTES = 2 ** 30;
/** ONNX Runtime keeps what it read and its own layout of it. */
const WEIGHT_COPIES = 2;

/**
 * A (super)network on ONNX Runtime: one image a thread, one session a segment, the active width an input, a removed piece a call not
 * made. Activations are cached by the pieces that made them, so a subnet pays only for what comes after its first difference.
 */
export async function createOnnxSegmenter(
  { weights }: { readonly weights: Weights },
  encoder: Encoder,
  { cacheMegabytes = DEFAULT_CACHE_MEGABYTES, ...options }: OnnxSegmenterOptions = {},
): Promise<Segmenter> {
  const { cores = availableParallelism(), provider = 'cpu' } = options;
  // One thread feeds a device.
  const { workers = provider === 'cpu' ? defaultWorkers(weights, cores) : 1 } = options;
  const pool = createSegmentPool({
    workers,
    provider,
    threads: Math.max(1, Math.floor(cores / workers)),
    cacheBytes: Math.floor((cacheMegabytes * 2 ** 20) / workers),
  });
  const graphs = new Map<string, Required<Graph> & { readonly outputShape: readonly number[] }>();
  const graph = (key: string, build: () => { model: OnnxModel; outputShape: readonly number[] }) => {
    const known = graphs.get(key);
    if (known !== undefined) return known;
    const { model, outputShape } = build();
    const made = { key, bytes: shared(encodeModel(model)), outputShape };
    graphs.set(key, made);
    return made;
  };
  const counts = { asked: 0, ran: 0 };

  const steps = (segments: readonly Segment[]) => {
    let shape: readonly number[] = [1, encoder.inputSize, encoder.inputSize, 3];
    return segments.map(({ key, pieces, width, prefix }) => {
      const { bytes, outputShape } = graph(key, () => segmentGraph(weights, pieces, shape));
      shape = outputShape;
      return { graph: { key, bytes }, width, prefix };
    });
  };

  return {
    inputSize: encoder.inputSize,
    workers,
    embed: async (images, subnet) => {
      const chain = steps(segmentsOf(encoder, subnet));
      return Promise.all(
        images.map(async ({ name, pixels }) => {
          const request = { image: name, pixels, side: encoder.inputSize, steps: chain };
          const { embedding, ran } = await pool.embed(request);
          counts.asked += chain.length;
          counts.ran += ran;
          return embedding;
        }),
      );
    },
    decode: async (embedding, prompts) => {
      const { points } = prompts;
      const model = () => ({ model: decoderGraph(weights, encoder, points), outputShape: [] });
      return pool.decode({ graph: graph(`decoder ${points}`, model), embedding, prompts });
    },
    statistics: () => ({ ...counts }),
    close: () => pool.close(),
  };
}

function defaultWorkers(weights: Weights, cores: number): number {
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  return Math.max(1, Math.min(cores, Math.floor(MOST_WEIGHT_BYTES / (WEIGHT_COPIES * bytes))));
}

/** Sent to every thread without a copy. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
