import '../../base/no-telemetry.js';
import { Worker } from 'node:worker_threads';
import { builtModule } from '../../base/package-root.js';
import { BackendError } from '../../errors.js';
import type { MaskPrediction } from '../model/segmentation.js';
import type { DecodeRequest, EmbedReply, EmbedRequest, Graph, SegmentRunnerOptions } from './segment-runner.js';
import type { WorkerReply, WorkerRequest } from './segment-worker.js';

export interface SegmentPoolOptions extends SegmentRunnerOptions {
  readonly workers: number;
}

/** Segment runners in threads of their own. A call of ONNX Runtime blocks its thread, so more cores than one need more threads. */
export interface SegmentPool {
  /** An image keeps its thread, which may know what its first segments gave. */
  embed(request: EmbedRequest): Promise<EmbedReply>;
  decode(request: DecodeRequest): Promise<MaskPrediction>;
  close(): Promise<void>;
}

interface Lane {
  readonly worker: Worker;
  readonly graphs: Set<string>;
  readonly images: Set<string>;
  readonly waiting: Map<number, Waiting>;
  /** Why it takes nothing any more. */
  ended?: BackendError;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const SMALLER = 'lower the input size if memory ran out';

export function createSegmentPool({ workers, ...options }: SegmentPoolOptions): SegmentPool {
  const lanes: Lane[] = [];
  const laneOf = new Map<string, number>();
  let asked = 0;

  const start = (): Lane => {
    const worker = new Worker(builtModule('supernet/run-onnx/segment-worker.js'), { workerData: options });
    const lane: Lane = { worker, graphs: new Set(), images: new Set(), waiting: new Map() };
    const end = (cause: unknown) => {
      lane.ended ??= new BackendError(
        'BACKEND_WORKER',
        `a measuring thread failed: ${cause instanceof Error ? cause.message : String(cause)}`,
        { remedy: SMALLER, cause },
      );
      for (const { reject } of lane.waiting.values()) reject(lane.ended);
      lane.waiting.clear();
    };
    worker.on('error', end).on('exit', (code) => end(`it ended with code ${code}`));
    worker.on('message', (reply: WorkerReply) => {
      const { resolve, reject } = lane.waiting.get(reply.id) as Waiting;
      lane.waiting.delete(reply.id);
      if (lane.waiting.size === 0) worker.unref();
      if ('error' in reply)
        reject(new BackendError('BACKEND_WORKER', `ONNX Runtime: ${reply.error}`, { remedy: SMALLER }));
      else resolve(reply.value);
    });
    lanes.push(lane);
    return lane;
  };

  /** The thread with the least to do; another one is started while there may be more and all are at work. */
  const idlest = (): Lane => {
    const least = [...lanes].sort((a, b) => a.waiting.size - b.waiting.size)[0];
    return least === undefined || (least.waiting.size > 0 && lanes.length < workers) ? start() : least;
  };

  /** Images are dealt out in turn. */
  const ownLane = (image: string): Lane => {
    const index = laneOf.get(image) ?? laneOf.size % workers;
    laneOf.set(image, index);
    while (lanes.length <= index) start();
    return lanes[index] as Lane;
  };

  const ask = <Value>({ worker, waiting, ended }: Lane, request: { embed: EmbedRequest } | { decode: DecodeRequest }) =>
    new Promise<Value>((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      const id = asked++;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      // A thread with nothing to do does not keep the process.
      worker.ref();
      worker.postMessage({ id, ...request } satisfies WorkerRequest);
    });

  /** A thread is sent the bytes of a graph once. */
  const known = ({ graphs }: Lane, { key, bytes }: Graph): Graph => {
    if (graphs.has(key) || bytes === undefined) return { key };
    graphs.add(key);
    return { key, bytes };
  };

  return {
    embed: async (request) => {
      const lane = ownLane(request.image);
      const steps = request.steps.map((step) => ({ ...step, graph: known(lane, step.graph) }));
      const { pixels, ...rest } = { ...request, steps };
      const seen = options.cacheBytes > 0 && lane.images.has(request.image);
      lane.images.add(request.image);
      const reply = await ask<EmbedReply | undefined>(lane, { embed: seen ? rest : { ...rest, pixels } });
      return reply ?? ask<EmbedReply>(lane, { embed: { ...rest, pixels } });
    },
    decode: (request) => {
      const lane = idlest();
      return ask(lane, { decode: { ...request, graph: known(lane, request.graph) } });
    },
    close: async () => {
      const running = lanes.splice(0).filter(({ ended }) => ended === undefined);
      await Promise.all(
        running.map(({ worker }) => {
          const exit = new Promise((resolve) => worker.once('exit', resolve));
          worker.ref();
          worker.postMessage({ close: true } satisfies WorkerRequest);
          return exit;
        }),
      );
    },
  };
}
