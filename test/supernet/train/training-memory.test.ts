import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { architecture } from '../../../src/supernet/model/architectures.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { fullSubnet } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { type Backend, loadBackend } from '../../../src/supernet/run-tfjs/backend.js';
import { loadTrainingBackend } from '../../../src/supernet/train/backend.js';
import { flattenParameters } from '../../../src/supernet/train/flat-parameters.js';
import { createImageGradient, trainableNames } from '../../../src/supernet/train/image-gradient.js';
import { drawExample } from '../../../src/supernet/train/training-example.js';
import {
  availableBytes,
  checkMemory,
  describeMemory,
  trainingMemory,
} from '../../../src/supernet/train/training-memory.js';
import { tinyModel } from './tiny-model.js';

const wasm = { name: 'wasm', device: 'cpu' } as Backend;
const options = { batch: 1, trainable: 'both', backend: wasm, workers: 1 } as const;

describe('the memory that training is said to take', () => {
  it.each([64, 192])(
    'is a little more than what the backend holds at the peak of a real step at %i pixels',
    async (inputSize) => {
      const { description, weights } = tinyModel();
      const { tf } = await loadBackend('wasm');
      const encoder = createEncoder(description, inputSize);
      const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
      const dataset = await openDataset(nuclei, 'train', { limit: 1 });
      const example = await drawExample(dataset, { ...description, inputSize }, 1, 1, 1, 0);
      expect(example.prompts.count).toBe(6);
      const flat = flattenParameters(weights, trainableNames(encoder));
      const before = tf.memory().numBytes;
      const gradient = createImageGradient(tf, encoder, weights, flat);
      const { state } = tf.engine() as unknown as { readonly state: { numBytes: number } };
      let [held, peak] = [state.numBytes, 0];
      Object.defineProperty(state, 'numBytes', {
        configurable: true,
        get: () => held,
        set: (bytes: number) => {
          held = bytes;
          peak = Math.max(peak, bytes);
        },
      });
      gradient.run({ example, subnets: [fullSubnet(encoder)] }, new Float32Array(flat.values.length));
      Object.defineProperty(state, 'numBytes', { value: held, writable: true, configurable: true });
      const { heap } = trainingMemory(encoder, options);
      expect(heap / (peak - before)).toBeGreaterThan(1.05);
      expect(heap / (peak - before)).toBeLessThan(1.6);
    },
  );

  it('grows with the pixels, the workers and what is trained', async () => {
    const at = (size: number, more = {}) => trainingMemory(createTinyVit(tinyVit5m, size), { ...options, ...more });
    // Measured with the wasm backend, one image with six prompts: 307, 415 and 1158 MB more than before the network was there.
    for (const [size, measured] of [
      [128, 307e6],
      [224, 415e6],
      [448, 1158e6],
    ] as const) {
      const expected = at(size).worker - 120e6;
      expect(expected / measured, `${size}`).toBeGreaterThan(1);
      expect(expected / measured, `${size}`).toBeLessThan(1.3);
    }
    // The same on ONNX Runtime.
    const backend = await loadTrainingBackend('onnx');
    for (const [size, measured] of [
      [128, 174e6],
      [224, 245e6],
      [448, 561e6],
    ] as const) {
      const expected = at(size, { backend }).worker - 120e6;
      expect(expected / measured, `onnx ${size}`).toBeGreaterThan(1);
      expect(expected / measured, `onnx ${size}`).toBeLessThan(1.5);
    }
    const two = at(224, { batch: 4, workers: 2 });
    expect(two.workers).toBe(2);
    expect(two.total).toBe(2 * two.worker + two.main);
    expect(at(224, { batch: 1, workers: 8 }).workers).toBe(1);
    expect(at(224, { trainable: 'decoder' }).heap).toBeLessThan(at(224).heap);
  });

  it('is refused when less is free, with the numbers and a remedy', () => {
    const encoder = createTinyVit(tinyVit5m, 224);
    const needed = trainingMemory(encoder, options);
    expect(checkMemory(encoder, options, needed.total)).toEqual(needed);
    expect(() => checkMemory(encoder, options, needed.total - 1)).toThrow(/1 x 0\.6 GB .*GB are free/);
    const two = { ...options, batch: 2, workers: 2 };
    expect(() => checkMemory(encoder, two, 1e9)).toThrow(
      expect.objectContaining({ code: 'BACKEND_MEMORY', remedy: expect.stringMatching(/--workers 1/) }),
    );
    expect(describeMemory(needed)).toMatch(
      /^\d\.\d GB of memory \(1 x 0\.6 GB for gradients, \d\.\d GB beside them\)$/,
    );
    expect(availableBytes()).toBeGreaterThan(0);
  });

  it('is refused on wasm beyond what 32 bits address, whatever is free, and left to the driver on a GPU', () => {
    const vit = createEncoder(architecture('vit-b'));
    expect(() => checkMemory(vit, options, 1e15)).toThrow(/more than the 4\.3 GB that wasm can address/);
    const native = { name: 'native', device: 'cpu' } as Backend;
    expect(checkMemory(vit, { ...options, backend: native }, 1e15).heap).toBeGreaterThan(4 * 2 ** 30);
    checkMemory(vit, { ...options, backend: { ...native, device: 'gpu' } }, 1);
  });
});
