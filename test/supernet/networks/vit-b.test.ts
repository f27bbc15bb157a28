import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { architecture } from '../../../src/supernet/architectures.js';
import { createEncoder } from '../../../src/supernet/description.js';
import { fullSubnet } from '../../../src/supernet/network.js';
import { createOnnxSegmenter } from '../../../src/supernet/onnx/segmenter.js';
import { decodeSafetensors } from '../../../src/supernet/safetensors.js';
import { formulaWeights, noise } from './formula-weights.js';

const GIB = 2 ** 30;

it.skipIf(process.env['SUPERSAM_SLOW'] === undefined)(
  'SAM ViT-B at 1024 computes what PyTorch computes, within 4 GiB',
  async () => {
    const file = new URL('../../assets/vit-b-parity.safetensors', import.meta.url);
    const expected = decodeSafetensors(readFileSync(file), 'vit-b-parity.safetensors').get('vit-b/output')!.data;
    const encoder = createEncoder(architecture('vit-b'));
    const segmenter = await createOnnxSegmenter({ weights: formulaWeights(encoder.shapes) }, encoder, {
      cacheMegabytes: 64,
    });
    const image = {
      name: 'image',
      originalWidth: 1024,
      originalHeight: 1024,
      inputSize: 1024,
      contentWidth: 1024,
      contentHeight: 1024,
      pixels: noise('vit-b/image', [1024, 1024, 3]),
    };
    const [embedding] = await segmenter.embed([image], fullSubnet(encoder));
    await segmenter.close();
    const { data } = embedding!;
    const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    expected.forEach((value, i) => {
      const actual = data[Math.floor((i * data.length) / expected.length)] as number;
      expect(Math.abs(actual - value) / scale).toBeLessThan(1e-4);
    });
    // The most memory this process ever held, in KiB.
    expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(4 * GIB);
  },
  1_200_000,
);
