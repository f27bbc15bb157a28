import { expect, it, vi } from 'vitest';
import { fullSubnet } from '../../../../src/supernet/model/network.js';
import { createOnnxSegmenter } from '../../../../src/supernet/run-onnx/segmenter.js';
import { formulaWeights } from './formula-weights.js';
import { expectParityWithinMemory, vitB, vitBPixels } from './vit-b-parity.js';

vi.setConfig({ testTimeout: 300_000 });

it.skipIf(process.env['SUPERSAM_SLOW'] === undefined)(
  'SAM ViT-B at 1024 computes what PyTorch computes, within 4 GiB',
  async () => {
    const weights = formulaWeights(vitB.shapes);
    const segmenter = await createOnnxSegmenter({ weights }, vitB, { cacheMegabytes: 64 });
    const [embedding] = await segmenter.embed([{ name: 'image', pixels: vitBPixels() }], fullSubnet(vitB));
    await segmenter.close();
    expect(embedding).toBeDefined();
    expectParityWithinMemory(embedding!.data);
  },
  1_200_000,
);
