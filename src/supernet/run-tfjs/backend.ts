import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as util from 'node:util';
import type * as Core from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors.js';
import { installFolder } from './install-folder.js';
import { loadWebgpu } from './webgpu.js';

export type BackendName = 'wasm' | 'native' | 'webgpu';

export interface Backend {
  readonly name: BackendName;
  readonly device: 'cpu' | 'gpu';
  /** For people and for the study's environment row: package, version, device. */
  readonly description: string;
  readonly tf: typeof Core;
}

/** Thrown away when a backend cannot be loaded; kept to say why in `backend list`. */
export interface Unavailable {
  readonly name: BackendName;
  readonly reason: string;
}

/** Loads the named backend, or the fastest that loads here: native TensorFlow, then wasm. */
export async function loadBackend(name?: BackendName): Promise<Backend> {
  if (name === 'wasm') return loadWasm();
  if (name === 'webgpu') return loadWebgpu();
  const native = await tryNative();
  if (!('reason' in native)) return native;
  if (name === undefined) return loadWasm();
  throw new BackendError('BACKEND_UNAVAILABLE', `native TensorFlow cannot be loaded: ${native.reason}`, {
    remedy: 'run `npx supersam backend install`, or use --backend wasm',
  });
}

/** Native TensorFlow installed by `supersam backend install`, else the optional dependency, else why neither. */
export async function tryNative(): Promise<Backend | Unavailable> {
  const installed = nativeFolder();
  const reasons: string[] = [];
  for (const [label, from] of [
    ['installed by supersam', pathToFileURL(join(installed, 'index.js'))],
    ['optional dependency', new URL(import.meta.url)],
  ] as const) {
    try {
      restoreUtil();
      // Native TensorFlow writes about its CPU flags to standard error unless told otherwise before it loads.
      process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
      process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
      // Else it takes the whole memory of a GPU at once, and nobody else gets any.
      process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
      const require = createRequire(from);
      const tf = require('@tensorflow/tfjs-node-gpu') as typeof Core;
      // All copies of tfjs-core in a process share one engine, where another backend may be the current one.
      await tf.setBackend('tensorflow');
      await tf.ready();
      const backend = tf.backend() as { readonly isUsingGpuDevice?: boolean };
      const device = backend.isUsingGpuDevice === true ? 'gpu' : 'cpu';
      return {
        name: 'native',
        device,
        tf,
        description: `@tensorflow/tfjs-node-gpu ${tf.version_core} on the ${device.toUpperCase()} (${label})`,
      };
    } catch (error) {
      reasons.push(`${label}: ${firstLine(error)}`);
    }
  }
  return { name: 'native', reason: reasons.join('; ') };
}

async function loadWasm(): Promise<Backend> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) {
    throw new BackendError('BACKEND_UNAVAILABLE', 'the WebAssembly backend of TensorFlow.js did not start', {
      remedy: 'check that @tensorflow/tfjs-backend-wasm is installed (npm ci)',
    });
  }
  await tf.ready();
  return { name: 'wasm', device: 'cpu', tf, description: `@tensorflow/tfjs-backend-wasm ${tf.version_core}` };
}

/** tfjs-node 4.22 calls two functions that Node 23 removed from `util`. */
function restoreUtil(): void {
  const target = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  if (typeof (util as Record<string, unknown>)['isNullOrUndefined'] === 'function') return;
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  target['isArray'] ??= Array.isArray;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** What is compiled against what: a new pair goes into a new folder, so an upgrade never loads an old build. */
export const TFJS_NODE_VERSION = '4.22.0';
export const TENSORFLOW_VERSION = '2.21.0';

export const nativeFolder = (): string =>
  installFolder(`tfjs-node-gpu-${TFJS_NODE_VERSION}-tensorflow-${TENSORFLOW_VERSION}`);
