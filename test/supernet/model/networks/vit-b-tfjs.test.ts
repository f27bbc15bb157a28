import type { Tensor } from '@tensorflow/tfjs-core';
import { it, vi } from 'vitest';
import { loadBackend } from '../../../../src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../../../src/supernet/run-tfjs/ops.js';
import { formulaWeights } from './formula-weights.js';
import { expectParityWithinMemory, vitB, vitBPixels } from './vit-b-parity.js';

vi.setConfig({ testTimeout: 300_000 });

// A file of its own: the most memory a process ever held is one number.
it.skipIf(process.env['SUPERSAM_SLOW'] === undefined)(
  'SAM ViT-B at 1024 computes on wasm what PyTorch computes, within 4 GiB',
  async () => {
    const { tf } = await loadBackend('wasm');
    const weights = formulaWeights(vitB.shapes);
    const tensors = new Map<string, Tensor>();
    const ops = createTfjsOps(tf, (name) => {
      const stored = weights.get(name);
      if (stored !== undefined && !tensors.has(name)) {
        tensors.set(name, tf.keep(tf.tensor(stored.data, [...stored.shape])));
      }
      return tensors.get(name);
    });
    let x: Tensor = tf.tensor(vitBPixels(), [1, 1024, 1024, 3]);
    for (const piece of vitB.pieces) {
      const y = tf.tidy(() => piece.forward(ops, x, piece.full));
      x.dispose();
      x = y;
    }
    expectParityWithinMemory(x.dataSync() as Float32Array);
  },
  1_200_000,
);
