import { availableParallelism } from 'node:os';
import { median } from 'simple-statistics';
import type { LongRunning } from '../../base/progress.js';
import { createRng } from '../../base/rng.js';
import { InterruptedError } from '../../errors.js';
import type { OnnxModel } from '../formats/onnx/proto.js';
import { type Encoder, fullSubnet, type Piece, type Subnet, type Weights } from '../model/network.js';
import { encoderGraph, pieceGraph } from '../run-onnx/network-graphs.js';
import { createSession } from '../run-onnx/run-session.js';

/** What each piece of an encoder takes, at some of its sizes, on this machine. */
export interface LatencyTable {
  /** Milliseconds of one image through the encoder that `extract` would write of the subnet. */
  predict(subnet: Subnet): number;
}

export interface LatencyOptions extends LongRunning {
  /** Threads inside an operator. Default: one a core. */
  readonly threads?: number | undefined;
}

/** Of an elastic width; in between lies a straight line. */
const SHARES = [0.25, 0.5, 0.75, 1];
const WARM_UP = 2;
const RUNS = 9;
/** Whole encoders that the sums are held against, the full one among them. */
const WHOLE = 6;

interface Entry {
  readonly size: number;
  readonly ms: number;
}

/**
 * Measures every piece alone, as it stands in an extracted encoder, and a few whole encoders: a subnet takes what its pieces take
 * together, times what those few take of their sums, since a piece alone pays for its call and its layout.
 */
export async function createLatencyTable(
  { weights }: { readonly weights: Weights },
  encoder: Encoder,
  { threads = availableParallelism(), onProgress, signal }: LatencyOptions = {},
): Promise<LatencyTable> {
  const how = { threads, ...(signal !== undefined && { signal }) };
  const steps = encoder.pieces.length + WHOLE;
  const entries: Entry[][] = [];
  let shape: readonly number[] = [1, encoder.inputSize, encoder.inputSize, 3];
  for (const piece of encoder.pieces) {
    const own = sizesOf(piece).map((size) => ({ size, ...pieceGraph(weights, piece, size, shape) }));
    const times = await timesOf(
      own.map(({ model }) => model),
      { x: shape },
      how,
    );
    entries.push(own.map(({ size }, i) => ({ size, ms: times[i] as number })));
    shape = own.at(-1)?.outputShape ?? shape;
    onProgress?.(entries.length, steps);
  }
  const sum = (subnet: Subnet) =>
    subnet.reduce((total, size, i) => total + (size === 0 ? 0 : at(entries[i] as Entry[], size)), 0);
  const wholes = [fullSubnet(encoder), ...drawSubnets(encoder, WHOLE - 1, 'calibration')];
  const ratios: number[] = [];
  for (const subnet of wholes) {
    ratios.push((await measureEncoder({ weights }, encoder, subnet, how)) / sum(subnet));
    onProgress?.(entries.length + ratios.length, steps);
  }
  const ratio = median(ratios);
  return { predict: (subnet) => ratio * sum(subnet) };
}

/** Milliseconds of one image through a subnet's encoder as a whole graph: the shortest of nine runs after two to warm up. */
export async function measureEncoder(
  { weights }: { readonly weights: Weights },
  encoder: Encoder,
  subnet: Subnet,
  { threads = availableParallelism(), signal }: LatencyOptions = {},
): Promise<number> {
  const shape = [1, encoder.inputSize, encoder.inputSize, 3];
  const [ms] = await timesOf([encoderGraph(weights, encoder, subnet)], { image: shape }, { threads, signal });
  return ms as number;
}

/** Subnets of every size, each piece kept and each width drawn the likelier the larger the subnet. */
export function drawSubnets(encoder: Encoder, count: number, seed: string | number): Subnet[] {
  const rng = createRng('latency', seed);
  return Array.from({ length: count }, () => {
    const share = 0.25 + 0.75 * rng.float();
    return encoder.pieces.map(({ gate, width, full }) => {
      if (gate !== undefined && rng.float() > share) return 0;
      return width === undefined ? full : Math.max(1, Math.round(full * (share / 2 + (1 - share / 2) * rng.float())));
    });
  });
}

const sizesOf = ({ width, full }: Piece): number[] =>
  width === undefined ? [full] : [...new Set(SHARES.map((share) => Math.max(1, Math.round(share * full))))];

/** On the line through the two sizes around it, or the two that are nearest. */
function at(entries: readonly Entry[], size: number): number {
  const [last] = entries.slice(-1) as [Entry];
  const above = Math.max(
    1,
    entries.findIndex((entry) => entry.size >= size),
  );
  const [low, high] = [entries[above - 1] as Entry, entries[above] ?? last];
  if (low.size === high.size) return low.ms;
  return Math.max(0, low.ms + ((size - low.size) / (high.size - low.size)) * (high.ms - low.ms));
}

/**
 * The shortest run of each: what else the machine does only ever adds, and sums of many pieces would add it up. Graphs of equal inputs
 * take turns.
 */
async function timesOf(
  models: readonly OnnxModel[],
  shapes: { readonly [input: string]: readonly number[] },
  { threads, signal }: { readonly threads: number; readonly signal?: AbortSignal | undefined },
): Promise<number[]> {
  const rng = createRng('latency-input');
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * rng.float() - 1);
      return [name, { data, shape }];
    }),
  );
  const sessions = await Promise.all(models.map((model) => createSession(model, { threads })));
  const times = models.map((): number[] => []);
  try {
    for (let run = 0; run < WARM_UP + RUNS; run++) {
      for (const [i, session] of sessions.entries()) {
        if (signal?.aborted) throw new InterruptedError();
        const start = performance.now();
        await session.run(inputs);
        if (run >= WARM_UP) times[i]?.push(performance.now() - start);
      }
    }
  } finally {
    for (const session of sessions) await session.close();
  }
  return times.map((own) => Math.min(...own));
}
