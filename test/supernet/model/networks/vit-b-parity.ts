import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { decodeSafetensors } from '../../../../src/supernet/formats/safetensors.js';
import { architecture } from '../../../../src/supernet/model/architectures.js';
import { createEncoder } from '../../../../src/supernet/model/description.js';
import { noise } from './formula-weights.js';

export const vitB = createEncoder(architecture('vit-b'));
export const vitBPixels = () => noise('vit-b/image', [1024, 1024, 3]);

/** Holds an embedding of ViT-B at 1024 against PyTorch's, of which the fixture has numbers in equal distances; the process has held less than 4 GiB. */
export function expectParityWithinMemory(embedding: Float32Array): void {
  const file = new URL('../../../assets/vit-b-parity.safetensors', import.meta.url);
  const expected = decodeSafetensors(readFileSync(file), 'vit-b-parity.safetensors').get('vit-b/output')!.data;
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  expected.forEach((value, i) => {
    const actual = embedding[Math.floor((i * embedding.length) / expected.length)] as number;
    expect(Math.abs(actual - value) / scale).toBeLessThan(1e-4);
  });
  // The most memory this process ever held, in KiB.
  expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(4 * 2 ** 30);
}
