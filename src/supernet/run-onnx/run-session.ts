import { encodeModel, type OnnxModel } from '../formats/onnx/proto.js';
import { InferenceSession, Tensor } from './onnxruntime.js';

export interface SessionOptions {
  /** Threads inside one operator; ONNX Runtime's choice when absent. */
  readonly threads?: number;
  /** What computes; the CPU when absent. Operators that another lacks run on the CPU. */
  readonly provider?: string;
}

export type SessionInput = { readonly data: Float32Array | BigInt64Array; readonly shape: readonly number[] };
export type SessionOutput = { readonly data: Float32Array; readonly shape: readonly number[] };

export interface Session {
  run(inputs: { readonly [name: string]: SessionInput }): Promise<{ readonly [name: string]: SessionOutput }>;
  close(): Promise<void>;
}

/** Loads a graph into ONNX Runtime. */
export async function createSession(
  model: OnnxModel | Uint8Array,
  { threads, provider = 'cpu' }: SessionOptions = {},
): Promise<Session> {
  // Bytes that threads share are copied: ONNX Runtime does not take them.
  const bytes = model instanceof Uint8Array ? Uint8Array.from(model) : encodeModel(model);
  const session = await InferenceSession.create(bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // One arena a session that never shrinks would hold every piece's largest batch at once.
    enableCpuMemArena: false,
    // Every session has threads of its own; those of the last piece must not spin while the next one works.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  });
  return {
    run: async (inputs) => {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, shape }]) => [
          name,
          data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape),
        ]),
      );
      const results = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [
          name,
          { data: tensor.data as Float32Array, shape: tensor.dims },
        ]),
      );
    },
    close: () => session.release(),
  };
}
