import { spawn } from 'node:child_process';
import { chmod, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError, InterruptedError } from '../../errors.js';

/**
 * The CUDA libraries that TensorFlow 2.21 was built with, each at the lowest version that its wheel allows. Left out of
 * what the wheel names: cuRAND, which none of its libraries mentions, and NCCL, which is opened for several GPUs only.
 */
export const CUDA_WHEELS: readonly string[] = [
  'nvidia-cublas-cu12==12.5.3.2',
  'nvidia-cuda-cupti-cu12==12.5.82',
  'nvidia-cuda-nvcc-cu12==12.5.82',
  'nvidia-cuda-nvrtc-cu12==12.5.82',
  'nvidia-cuda-runtime-cu12==12.5.82',
  'nvidia-cudnn-cu12==9.3.0.75',
  'nvidia-cufft-cu12==11.2.3.61',
  'nvidia-cusolver-cu12==11.6.3.83',
  'nvidia-cusparse-cu12==12.5.1.3',
  'nvidia-nvjitlink-cu12==12.5.82',
];

/**
 * TensorFlow opens its CUDA libraries along the run path of libtensorflow_framework.so.2, which has the folders of all of
 * them but cuSOLVER: without a link in one of these no GPU is registered, and nothing says so. The assembler comes out
 * of a zip file without its permission to run.
 * @param deps the folder that holds `lib` and `nvidia`
 */
export async function arrangeCuda(deps: string): Promise<void> {
  const library = 'libcusolver.so.11';
  await symlink(join('..', '..', 'cusolver', 'lib', library), join(deps, 'nvidia', 'cusparse', 'lib', library));
  await chmod(join(deps, 'nvidia', 'cuda_nvcc', 'bin', 'ptxas'), 0o755);
}

/** Ends with 0 after a product on the CPU, 10 after one on the GPU. */
export const TRIAL = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require('@tensorflow/tfjs-node-gpu');
const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0];
process.exit(product !== 11 ? 1 : tf.backend().isUsingGpuDevice && process.argv[1] === 'gpu' ? 10 : 0);
`;

/**
 * Multiplies two matrices on the GPU.
 * @throws BackendError BACKEND_INSTALL with what TensorFlow said of why it used none
 */
export async function tryOnGpu(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const child = spawn(process.execPath, ['-e', TRIAL, 'gpu'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    // All that it says: level 2, at which the reasons are hidden, is for those who train.
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
    ...(signal && { signal }),
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  }).catch((error: unknown) => {
    if (signal?.aborted) throw new InterruptedError('stopped; nothing was installed');
    throw error;
  });
  if (code === 10) return;
  const { lines, remedy } = whyNoGpu(said);
  throw new BackendError(
    'BACKEND_INSTALL',
    `native TensorFlow ${code === 0 ? 'runs, but on the CPU' : 'does not run'}; nothing was changed${lines.map((line) => `\n  ${line}`).join('')}`,
    { remedy },
  );
}

/** What TensorFlow says of its GPU, and what helps. */
export function whyNoGpu(said: string): { readonly lines: readonly string[]; readonly remedy: string } {
  const lines = said
    .split('\n')
    .filter((line) =>
      /dlopen|dynamic library|cuInit|CUDA_ERROR|Skipping registering|compute capability|failed call|undefined symbol/i.test(
        line,
      ),
    )
    .map((line) => line.replace(/^.*?\] /, '').trim())
    .slice(0, 8);
  const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(said)) ?? REMEDIES[REMEDIES.length - 1]!;
  return { lines, remedy };
}

const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /libcuda\.so\.1|UNKNOWN ERROR \(303\)/i,
    "install NVIDIA's driver (version 525 or newer, for CUDA 12); `nvidia-smi` must list the card",
  ],
  [
    /INSUFFICIENT_DRIVER|driver version is insufficient|SYSTEM_DRIVER_MISMATCH/i,
    "update NVIDIA's driver to version 525 or newer, which CUDA 12 needs",
  ],
  [
    /NO_DEVICE|no CUDA-capable device/i,
    "make the card visible: CUDA_VISIBLE_DEVICES, the container's --gpus, `nvidia-smi`",
  ],
  [/compute capability/i, 'this card is too old for TensorFlow 2.21: install without --cuda'],
  [/Cannot dlopen/i, 'run `npx supersam backend install --cuda` again; if it persists, report the lines above'],
  [/(?:)/, 'check with `nvidia-smi` that there is a card and a driver, or install without --cuda'],
];
