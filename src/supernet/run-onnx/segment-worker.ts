import { parentPort, workerData } from 'node:worker_threads';
import type { MaskPrediction } from '../model/segmentation.js';
import {
  createSegmentRunner,
  type DecodeRequest,
  type EmbedReply,
  type EmbedRequest,
  type SegmentRunnerOptions,
} from './segment-runner.js';

/** What a thread is asked, one thing after the other. */
export type WorkerRequest =
  | { readonly id: number; readonly embed: EmbedRequest }
  | { readonly id: number; readonly decode: DecodeRequest }
  | { readonly close: true };

export type WorkerReply =
  | { readonly id: number; readonly value: EmbedReply | MaskPrediction | undefined }
  | { readonly id: number; readonly error: string };

const runner = createSegmentRunner(workerData as SegmentRunnerOptions);
let last: Promise<unknown> = Promise.resolve();

parentPort?.on('message', (request: WorkerRequest) => {
  last = last.then(() => serve(request));
});

async function serve(request: WorkerRequest): Promise<void> {
  if ('close' in request) {
    await runner.close();
    parentPort?.close();
    return;
  }
  const { id } = request;
  try {
    if ('embed' in request) {
      const value = await runner.embed(request.embed);
      parentPort?.postMessage({ id, value } satisfies WorkerReply);
    } else {
      const value = await runner.decode(request.decode);
      // Megabytes that nobody here looks at again.
      parentPort?.postMessage({ id, value } satisfies WorkerReply, [value.logits.buffer as ArrayBuffer]);
    }
  } catch (error) {
    parentPort?.postMessage({
      id,
      error: error instanceof Error ? error.message : String(error),
    } satisfies WorkerReply);
  }
}
