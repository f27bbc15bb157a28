import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mayHaveGpu } from '../../../src/supernet/train/backend.js';

const machine = (devices: readonly string[], vendors: readonly string[]) => {
  const root = mkdtempSync(join(tmpdir(), 'supersam-'));
  mkdirSync(join(root, 'dev'));
  for (const name of devices) writeFileSync(join(root, 'dev', name), '');
  for (const [i, vendor] of vendors.entries()) {
    const card = join(root, 'sys/bus/pci/devices', `0000:00:0${i}.0`);
    mkdirSync(card, { recursive: true });
    writeFileSync(join(card, 'vendor'), `${vendor}\n`);
  }
  return root;
};

it.runIf(process.platform === 'linux')('asks TensorFlow for a GPU only where one may be', async () => {
  expect(await mayHaveGpu(machine([], []))).toBe(false);
  expect(await mayHaveGpu(machine(['null', 'tty0', 'dri'], ['0x8086', '0x1002']))).toBe(false);
  // In a container, with a card whose driver makes its devices when first asked, on a board and under Windows.
  expect(await mayHaveGpu(machine(['nvidiactl', 'nvidia0'], []))).toBe(true);
  expect(await mayHaveGpu(machine(['null'], ['0x8086', '0x10de']))).toBe(true);
  expect(await mayHaveGpu(machine(['nvhost-gpu'], []))).toBe(true);
  expect(await mayHaveGpu(machine(['dxg'], []))).toBe(true);
});
