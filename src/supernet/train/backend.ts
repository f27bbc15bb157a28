import { access, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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

/** Loads the named backend, or the fastest that is here: native TensorFlow where it has a GPU, else ONNX Runtime. Where no card is, TensorFlow is not loaded to find none. */
export async function loadTrainingBackend(name?: TrainingBackendName): Promise<TrainingBackend> {
  if (name !== undefined && name !== 'onnx') return loadBackend(name);
  if (name === undefined && (await isInstalled()) && (await mayHaveGpu())) {
    const native = await loadBackend();
    if (native.device === 'gpu') return native;
  }
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string };
  return { name: 'onnx', device: 'cpu', description: `onnxruntime-node ${version} on the CPU` };
}

/** TensorFlow.js for what is computed beside training (norms of inputs). */
export const tensorBackend = async (backend: TrainingBackend): Promise<TensorBackend> =>
  backend.name === 'onnx' ? loadBackend('wasm') : backend;

/** Devices of NVIDIA's driver, of its boards with a GPU beside the processor, and of Windows' subsystem for Linux. */
const DEVICE = /^(nvidia|nvhost|nvmap|nvgpu|dxg$)/;
const NVIDIA = '0x10de';

/**
 * Whether there may be a GPU for CUDA: on Linux a device of its driver, or a card without one. To ask TensorFlow takes
 * half a second and 340 MB, and it says on standard error that it is there.
 *
 * @param root of the file system
 */
export async function mayHaveGpu(root = '/'): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const names = (folder: string) => readdir(folder).catch((): string[] => []);
  if ((await names(join(root, 'dev'))).some((name) => DEVICE.test(name))) return true;
  const cards = join(root, 'sys', 'bus', 'pci', 'devices');
  const vendorOf = (card: string) => readFile(join(cards, card, 'vendor'), 'utf8').catch(() => '');
  return (await Promise.all((await names(cards)).map(vendorOf))).some((vendor) => vendor.trim() === NVIDIA);
}

const isInstalled = async (): Promise<boolean> =>
  access(nativeFolder()).then(
    () => true,
    () => false,
  );
