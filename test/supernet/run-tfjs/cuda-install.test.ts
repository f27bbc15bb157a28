import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { arrangeCuda, whyNoGpu } from '../../../src/supernet/run-tfjs/cuda-install.js';

const deps = mkdtempSync(join(tmpdir(), 'supersam-cuda-'));
afterAll(() => rmSync(deps, { recursive: true }));

it('links cuSOLVER into a folder of the run path, and lets the assembler run', async () => {
  for (const folder of ['cusolver/lib', 'cusparse/lib', 'cuda_nvcc/bin']) {
    mkdirSync(join(deps, 'nvidia', folder), { recursive: true });
  }
  writeFileSync(join(deps, 'nvidia/cusolver/lib/libcusolver.so.11'), 'cusolver');
  writeFileSync(join(deps, 'nvidia/cuda_nvcc/bin/ptxas'), '', { mode: 0o644 });
  await arrangeCuda(deps);
  const link = join(deps, 'nvidia/cusparse/lib/libcusolver.so.11');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(link, 'utf8')).toBe('cusolver');
  expect(statSync(join(deps, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111);
});

// What TensorFlow 2.21 wrote at log level 0: without a driver, and with a stand-in for one before cuSOLVER was linked.
const WITHOUT_DRIVER = `I0000 00:00:1795803382.724391    2594 cpu_feature_guard.cc:227] This TensorFlow binary is optimized to use available CPU instructions in performance-critical operations.
E0000 00:00:1795803382.726798    2594 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)
`;
const WITHOUT_CUSOLVER = `I0000 00:00:1795803418.433302    3479 gpu_device.cc:2334] Found device 0 with properties:
I0000 00:00:1795803418.622873    3479 dso_loader.cc:144] Could not load dynamic library 'libcusolver.so.11'; dlerror: libcusolver.so.11: cannot open shared object file: No such file or directory
W0000 00:00:1795803418.638502    3479 gpu_device.cc:2365] Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly if you would like to use GPU.
Skipping registering GPU devices...
`;

it('shows what TensorFlow says of a missing driver, and that one is to be installed', () => {
  const { lines, remedy } = whyNoGpu(WITHOUT_DRIVER);
  expect(lines).toEqual(['failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)']);
  expect(remedy).toContain('driver');
});

it('shows which library could not be opened', () => {
  const { lines, remedy } = whyNoGpu(WITHOUT_CUSOLVER);
  expect(lines[0]).toContain('libcusolver.so.11');
  expect(lines).toContain('Skipping registering GPU devices...');
  expect(remedy).toContain('backend install --cuda');
});

it('knows a driver that is too old, and a card that is', () => {
  expect(whyNoGpu('failed call to cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH').remedy).toContain('update');
  expect(whyNoGpu('Ignoring visible gpu device with CUDA compute capability 3.0').remedy).toContain('too old');
});
