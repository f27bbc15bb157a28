import { availableParallelism } from 'node:os';
import { quantileSorted } from 'simple-statistics';
import type { LongRunning } from '../../base/progress.js';
import { createRng } from '../../base/rng.js';
import { InterruptedError } from '../../errors.js';
import { prepareImage } from '../data/prepare-image.js';
import type { Model } from '../model/model-folder.js';
import { openPromptNetwork } from './load-model.js';
import type { PromptNetwork } from './network.js';
import type { OnnxPair } from './onnx-pair.js';

export interface LatencyOptions extends LongRunning {
  /** Threads inside an operator. Default: one a core. */
  readonly threads?: number | undefined;
  /** Measured runs of every graph, after those that warm up. Default 30. */
  readonly runs?: number | undefined;
}

/** Of one model; times in milliseconds. */
export interface Latency {
  readonly name: string;
  readonly inputSize: number;
  /** Of the weights, as they are stored. */
  readonly bytes: PromptNetwork['bytes'];
  /** One image through the encoder's graph. */
  readonly encoder: Spread;
  /** One box through the decoder's. */
  readonly decoder: Spread;
}

export interface Spread {
  readonly median: number;
  /** First and third quartile. */
  readonly quartiles: readonly [number, number];
}

const WARM_UP = 3;
const RUNS = 30;

/**
 * How long models take for an image and for a prompt, as whole graphs on ONNX Runtime: the median of 30 runs after three
 * to warm up. Models take turns, so that what else the machine does falls on all alike. Pixels are noise; no graph
 * depends on them.
 */
export async function measureLatencies(
  sources: readonly (string | Model | OnnxPair)[],
  { threads = availableParallelism(), runs = RUNS, onProgress, signal }: LatencyOptions = {},
): Promise<Latency[]> {
  const rng = createRng('latency');
  const picture = { name: 'noise', width: 512, height: 384 };
  const rgb = Uint8Array.from({ length: 3 * picture.width * picture.height }, () => rng.int(0, 255));
  const networks: PromptNetwork[] = [];
  try {
    for (const source of sources) networks.push(await openPromptNetwork(source, { threads }));
    const measured = [];
    for (const network of networks) {
      const prepared = await prepareImage({ ...picture, rgb }, network.format);
      const corner = network.format.inputSize / 4;
      const box = {
        ...{ count: 1, points: 2, labels: Float32Array.of(2, 3) },
        coordinates: Float32Array.of(corner, corner, 2 * corner, 2 * corner),
      };
      measured.push({ network, input: network.input(prepared), box, encoder: [] as number[], decoder: [] as number[] });
    }
    for (let run = 0; run < WARM_UP + runs; run++) {
      for (const { network, input, box, encoder, decoder } of measured) {
        if (signal?.aborted) throw new InterruptedError('stopped on request');
        const start = performance.now();
        const embedding = await network.embed(input);
        const between = performance.now();
        await network.decode(embedding, box);
        if (run < WARM_UP) continue;
        encoder.push(between - start);
        decoder.push(performance.now() - between);
      }
      onProgress?.(run + 1, WARM_UP + runs);
    }
    return measured.map(({ network, encoder, decoder }) => ({
      ...{ name: network.name, inputSize: network.format.inputSize, bytes: network.bytes },
      ...{ encoder: spreadOf(encoder), decoder: spreadOf(decoder) },
    }));
  } finally {
    for (const network of networks) await network.close();
  }
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => quantileSorted(sorted, share);
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)] };
}
