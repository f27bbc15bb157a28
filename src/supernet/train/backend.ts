import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { loadBackend, nativeFolder, type Backend as TensorBackend } from '../run-tfjs/backend.js';

/** ONNX Runtime, which runs graphs of forward and backward pass. */
export interface OnnxBackend {
  readonly name: 'onnx';
  readonly device: 'cpu';
  readonly description: string;
}

/** What trains: ONNX Runtime, or a backend of TensorFlow.js. */
export type TrainingBackend = OnnxBackend | TensorBackend;
export type TrainingBackendName = TrainingBackend['name'];

export const trainingBackendNames = [
  'onnx',
  'wasm',
  'native',
  'webgpu',
] as const satisfies readonly TrainingBackendName[];

/** Loads the named backend, or the fastest that is here: native TensorFlow where it has a GPU, else ONNX Runtime. */
export async function loadTrainingBackend(name?: TrainingBackendName): Promise<TrainingBackend> {
  if (name !== undefined && name !== 'onnx') return loadBackend(name);
  if (name === undefined && (await isInstalled())) {
    const native = await loadBackend();
    if (native.device === 'gpu') return native;
  }
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string };
  return { name: 'onnx', device: 'cpu', description: `onnxruntime-node ${version} on the CPU` };
}

/** TensorFlow.js for what is computed beside training (norms of inputs). */
export const tensorBackend = async (backend: TrainingBackend): Promise<TensorBackend> =>
  backend.name === 'onnx' ? loadBackend('wasm') : backend;

const isInstalled = async (): Promise<boolean> =>
  access(nativeFolder()).then(
    () => true,
    () => false,
  );
