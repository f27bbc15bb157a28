import { letGo } from '../../base/let-go.js';
import { encodeModel, type OnnxModel } from '../formats/onnx/proto.js';
import { InferenceSession, Tensor } from '../run-onnx/onnxruntime.js';

/** Numbers of a tensor with the shape they are read in. */
export interface Block {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A graph that reads and writes memory it is given. */
export interface TrainingSession {
  /** Blocks by the names of the graph's inputs and outputs. */
  run(inputs: ReadonlyMap<string, Block>, outputs: ReadonlyMap<string, Block>): Promise<void>;
}

/** Loads graphs on one thread; equal graphs (blocks of a stage, the same width again) are loaded once. */
export function createSessions(): (model: OnnxModel) => Promise<TrainingSession> {
  const known = new Map<string, Promise<TrainingSession>>();
  return (model) => {
    const bytes = encodeModel(model);
    const key = Buffer.from(bytes).toString('latin1');
    const session = known.get(key) ?? load(bytes);
    known.set(key, session);
    return session;
  };
}

async function load(bytes: Uint8Array): Promise<TrainingSession> {
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Images go to threads, so that results do not depend on how many there are.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
  });
  const tensors = (blocks: ReadonlyMap<string, Block>) =>
    Object.fromEntries([...blocks].map(([name, { data, shape }]) => [name, new Tensor('float32', data, shape)]));
  return {
    run: async (inputs, outputs) => {
      const results = await session.run(tensors(inputs), tensors(outputs));
      // The binding copies what it wrote into the outputs it was given once more, into fresh memory.
      letGo(Object.values(results).map(({ data }) => data as Float32Array));
    },
  };
}
