import { createRng } from '../../../src/base/rng.js';
import { createEncoder, type NetworkDescription } from '../../../src/supernet/model/description.js';
import type { Model } from '../../../src/supernet/model/model-folder.js';
import { samDecoder } from '../../../src/supernet/model/networks/sam-decoder.js';

const description: NetworkDescription = {
  format: 1,
  name: 'tiny',
  inputSize: 64,
  pixelMean: [123.675, 116.28, 103.53],
  pixelStd: [58.395, 57.12, 57.375],
  encoder: {
    family: 'tinyvit',
    patchChannels: [4, 8],
    mbconvHidden: [16],
    stages: [
      { dimension: 16, heads: 2, window: 4, stride: 2, blocks: [{ attention: true, mlpWidth: 32 }] },
      { dimension: 16, heads: 2, window: 4, stride: 2, blocks: [{ attention: true, mlpWidth: 32 }] },
      { dimension: 32, heads: 2, window: 4, stride: 1, blocks: [{ attention: true, mlpWidth: 64 }] },
    ],
    neckChannels: 256,
  },
  source: { description: 'fixed random weights for tests' },
};

/** A TinyViT of a few thousand parameters before SAM's decoder, with weights that keep activations near unit size. */
export function tinyModel(): Model {
  const rng = createRng('tiny model');
  const shapes = new Map([...createEncoder(description).shapes, ...samDecoder.shapes]);
  const weights = new Map(
    [...shapes].map(([name, shape]) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const spread = 1 / Math.sqrt(Math.max(1, length / (shape[0] ?? 1)));
      const one = shape.length === 1 && name.endsWith('.weight');
      const data = Float32Array.from({ length }, () =>
        shape.length === 1 ? (one ? 1 : 0) : spread * (2 * rng.float() - 1) * Math.sqrt(3),
      );
      return [name, { shape, data }];
    }),
  );
  return { description, weights, sha256: 'tiny' };
}
