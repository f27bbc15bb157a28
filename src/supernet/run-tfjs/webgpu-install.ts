import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LongRunning } from '../../base/progress.js';
import { BackendError } from '../../errors.js';
import { attempt, fetchPackages, installInto } from './install-folder.js';
import { DAWN_VERSION, TFJS_WEBGPU_VERSION, webgpuFolder } from './webgpu.js';

/** Loads both packages, which needs no GPU. */
const TRIAL = `
const { createRequire } = await import('node:module');
await import('webgpu');
createRequire(process.cwd() + '/index.js')('@tensorflow/tfjs-backend-webgpu');
`;

/**
 * Fetches TensorFlow.js' WebGPU kernels and Dawn for this platform; nothing is compiled.
 * @returns the folder they are installed in
 * @throws BackendError BACKEND_INSTALL when they cannot be fetched or loaded; InterruptedError
 */
export function installWebgpu({ onProgress, signal }: LongRunning): Promise<string> {
  return installInto(webgpuFolder(), signal, async (folder) => {
    onProgress?.(0, 2, 'fetching Dawn and tfjs-backend-webgpu');
    await writeFile(join(folder, 'package.json'), '{"private":true}\n');
    await fetchPackages(
      folder,
      [
        `webgpu@${DAWN_VERSION}`,
        `@tensorflow/tfjs-backend-webgpu@${TFJS_WEBGPU_VERSION}`,
        `@tensorflow/tfjs-core@${TFJS_WEBGPU_VERSION}`,
      ],
      signal,
    );
    await keepOwnPlatform(join(folder, 'node_modules', 'webgpu', 'dist'));
    onProgress?.(1, 2, 'loading them');
    const args = ['--input-type=module', '-e', TRIAL];
    await attempt('Dawn does not load', process.execPath, args, folder, signal);
    onProgress?.(2, 2, 'done');
  });
}

/** The package brings a library for each of five platforms. */
async function keepOwnPlatform(dist: string): Promise<void> {
  const own = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
  const platforms = await readdir(dist);
  if (!platforms.includes(own)) {
    throw new BackendError('BACKEND_INSTALL', `Dawn has no library for ${own}; nothing was changed`, {
      remedy: 'use --backend onnx',
    });
  }
  for (const name of platforms) if (name !== own) await rm(join(dist, name), { recursive: true });
}
