import { MASK_TOKENS } from '../model/networks/mask-heads.js';
import type { Embedding, MaskPrediction, PromptBatch } from '../model/segmentation.js';
import { type Activation, createPrefixCache } from './prefix-cache.js';
import { createSession, type Session, type SessionOptions } from './run-session.js';

/** A graph by its name, with its bytes where this runner has not seen it. */
export interface Graph {
  readonly key: string;
  readonly bytes?: Uint8Array;
}

export interface EmbedRequest {
  readonly image: string;
  /** `[side, side, 3]`; may be left out where the runner should still know what the image's first segment gave. */
  readonly pixels?: Float32Array | undefined;
  readonly side: number;
  readonly steps: readonly { readonly graph: Graph; readonly width?: number | undefined; readonly prefix: string }[];
}

export interface EmbedReply {
  readonly embedding: Embedding;
  /** Of the steps, those whose results were not known. */
  readonly ran: number;
}

export interface DecodeRequest {
  readonly graph: Graph;
  readonly embedding: Embedding;
  readonly prompts: PromptBatch;
}

/** Runs the graphs of a network for one image at a time, and remembers what came out of them. */
export interface SegmentRunner {
  /** Undefined when it takes the pixels, which were left out. */
  embed(request: EmbedRequest): Promise<EmbedReply | undefined>;
  decode(request: DecodeRequest): Promise<MaskPrediction>;
  close(): Promise<void>;
}

export interface SegmentRunnerOptions extends SessionOptions {
  readonly cacheBytes: number;
}

export function createSegmentRunner({ cacheBytes, ...options }: SegmentRunnerOptions): SegmentRunner {
  const cache = createPrefixCache(cacheBytes);
  const sessions = new Map<string, Promise<Session>>();
  const session = ({ key, bytes }: Graph): Promise<Session> => {
    const known = sessions.get(key);
    if (known !== undefined) return known;
    if (bytes === undefined) throw new RangeError(`graph ${key} was never sent`);
    const made = createSession(bytes, options);
    sessions.set(key, made);
    return made;
  };

  return {
    embed: async ({ image, pixels, side, steps }) => {
      // Whatever was sent is kept, also where a later step makes it unnecessary now.
      const runners = steps.map(({ graph }) => (graph.bytes ? session(graph) : undefined));
      await Promise.all(runners);
      let next = steps.length;
      let x: Activation | undefined;
      while (x === undefined && next > 0) {
        x = cache.get(image + steps[next - 1]?.prefix);
        if (x === undefined) next -= 1;
      }
      const ran = steps.length - next;
      if (x === undefined && pixels === undefined) return undefined;
      x ??= { data: pixels as Float32Array, shape: [1, side, side, 3] };
      for (const { graph, width, prefix } of steps.slice(next)) {
        const runner = await session(graph);
        const scalar = width === undefined ? {} : { width: { data: BigInt64Array.of(BigInt(width)), shape: [1] } };
        const { y } = await runner.run({ x, ...scalar });
        x = y as Activation;
        cache.set(image + prefix, x);
      }
      const [, grid = 0, , channels = 0] = x.shape;
      return { embedding: { grid, channels, data: x.data }, ran };
    },

    decode: async ({ graph, embedding, prompts }) => {
      const { grid, channels, data } = embedding;
      const { count, points, coordinates, labels } = prompts;
      const runner = await session(graph);
      const { logits, iouPredictions } = await runner.run({
        embedding: { data, shape: [1, grid, grid, channels] },
        coordinates: { data: coordinates, shape: [count, points, 2] },
        labels: { data: labels, shape: [count, points] },
      });
      return {
        count,
        height: (logits as Activation).shape[2] as number,
        width: (logits as Activation).shape[3] as number,
        logits: (logits as Activation).data,
        iouPredictions: (iouPredictions as Activation).data.subarray(0, count * MASK_TOKENS),
      };
    },

    close: async () => {
      for (const made of sessions.values()) await (await made).close();
      sessions.clear();
    },
  };
}
