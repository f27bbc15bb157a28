import { readFileSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { architecture, architectureNames } from '../../../../src/supernet/model/architectures.js';
import {
  activeShape,
  decoderParameterCount,
  macs,
  parameterCount,
  weightCount,
} from '../../../../src/supernet/model/closed-form.js';
import { createEncoder } from '../../../../src/supernet/model/description.js';
import { createFamilyEncoder, type EncoderSpec } from '../../../../src/supernet/model/encoder-families.js';
import { type Encoder, fullSubnet, type Subnet, subnetOf } from '../../../../src/supernet/model/network.js';
import type { Ops } from '../../../../src/supernet/model/ops.js';
import { loadBackend } from '../../../../src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../../../src/supernet/run-tfjs/ops.js';
import { formulaWeights, noise } from './formula-weights.js';

const published = JSON.parse(
  readFileSync(new URL('../../../assets/published-subnets.json', import.meta.url), 'utf8'),
) as {
  subnets: {
    [file: string]: { weightParametersM: number; layers: [number, number, number][]; removedLayers: number[] }[];
  };
};
const vitB = createEncoder(architecture('vit-b'));
const globalLayers = [2, 5, 8, 11];

describe('SAM ViT-B', () => {
  it('has the published parameters', () => {
    expect(parameterCount(vitB, fullSubnet(vitB))).toBe(89_670_912);
    expect(decoderParameterCount(vitB)).toBe(6_220 + 4_058_340);
    expect(macs(vitB, fullSubnet(vitB))).toBe(486_038_667_264);
  });

  it.each(Object.entries(published.subnets))('has the size the authors logged for every subnet of %s', (_, subnets) => {
    expect(subnets.length).toBeGreaterThan(70);
    for (const { weightParametersM, layers, removedLayers } of subnets) {
      const configuration = Object.fromEntries([
        ...layers.flatMap(([layer, attention, width]) => [
          [`layer${layer}.mlp`, width],
          [`layer${layer}.heads`, attention / 64],
        ]),
        ...removedLayers.map((layer) => [`layer${layer}`, false]),
      ]);
      expect(weightCount(vitB, subnetOf(vitB, configuration))).toBe(Math.round(weightParametersM * 1e6));
    }
  });

  it('follows the closed forms for any layers and widths', () => {
    const layer = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3072 }));
    fc.assert(
      fc.property(fc.array(layer, { minLength: 12, maxLength: 12 }), (layers) => {
        const subnet = subnetOf(
          vitB,
          Object.fromEntries(
            layers.flatMap(([kept, width], i) => [
              [`layer${i}`, kept],
              [`layer${i}.mlp`, width],
            ]),
          ),
        );
        const sum = (term: (width: number, isGlobal: boolean) => number) =>
          layers.reduce((total, [kept, width], i) => total + (kept ? term(width, globalLayers.includes(i)) : 0), 0);
        expect(parameterCount(vitB, subnet) + decoderParameterCount(vitB)).toBe(
          8_588_336 + sum((width, isGlobal) => (isGlobal ? 2_382_464 : 2_369_664) + 1537 * width),
        );
        expect(weightCount(vitB, subnet)).toBe(5_426_020 + sum((width) => 2_360_832 + 1536 * width));
        expect(macs(vitB, subnet)).toBe(
          5_637_144_576 + sum((width, isGlobal) => (isGlobal ? 35_836_133_376 : 13_141_094_400) + 6_291_456 * width),
        );
      }),
    );
  });
});

it.each([
  ['vit-l', 308_278_272],
  ['vit-h', 637_026_048],
] as const)('%s has the parameters of its original class', (name, count) => {
  const encoder = createEncoder(architecture(name));
  expect(parameterCount(encoder, fullSubnet(encoder))).toBe(count);
});

/** Random active sizes: every branch gone, whole or anything between. */
const subnets = (encoder: Encoder): fc.Arbitrary<Subnet> =>
  fc.tuple(
    ...encoder.pieces.map((piece) =>
      piece.gate === undefined && piece.width === undefined
        ? fc.constant(piece.full)
        : fc.integer({ min: 0, max: piece.full }),
    ),
  );

it.each(architectureNames)('counts the elements of the tensors that a subnet of %s holds', (name) => {
  const encoder = createEncoder(architecture(name));
  fc.assert(
    fc.property(subnets(encoder), (subnet) => {
      const elements = encoder.pieces.flatMap((piece, i) =>
        subnet[i] === 0 ? [] : piece.tensors.map((tensor) => activeShape(encoder, piece, tensor, subnet[i] as number)),
      );
      const sum = elements.reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0);
      expect(parameterCount(encoder, subnet)).toBe(sum);
    }),
    { numRuns: 20 },
  );
});

/** Multiply-accumulates of one image, counted as the products are made. */
function countedMacs(ops: Ops<Tensor>, encoder: Encoder, subnet: Subnet): number {
  let count = 0;
  const counting: Ops<Tensor> = {
    ...ops,
    linear: (x, layer, active) => {
      const y = ops.linear(x, layer, active);
      count += (x.size / (x.shape.at(-1) as number)) * (x.shape.at(-1) as number) * (y.shape.at(-1) as number);
      return y;
    },
    conv2d: (x, layer, options) => {
      const y = ops.conv2d(x, layer, options);
      count += y.size * (encoder.shapes.get(`${layer}.weight`) ?? []).slice(1).reduce((a, b) => a * b, 1);
      return y;
    },
    depthwiseConv2d: (x, layer, options) => {
      const y = ops.depthwiseConv2d(x, layer, options);
      count += y.size * (encoder.shapes.get(`${layer}.weight`) ?? []).slice(1).reduce((a, b) => a * b, 1);
      return y;
    },
    selfAttention: (qkv, options) => {
      const [windows = 0, tokens = 0, width = 0] = qkv.shape;
      const relative = options.relativePosition === undefined ? 0 : 2 * options.window;
      count += windows * tokens * (width / 3) * (2 * tokens + relative);
      return ops.selfAttention(qkv, options);
    },
  };
  const image = ops.constant(noise('image', [encoder.inputSize ** 2 * 3]), [
    1,
    encoder.inputSize,
    encoder.inputSize,
    3,
  ]);
  encoder.pieces.reduce(
    (x, piece, i) => (subnet[i] === 0 ? x : piece.forward(counting, x, subnet[i] as number)),
    image,
  );
  return count;
}

const small: EncoderSpec[] = [
  {
    family: 'sam-vit',
    channels: 12,
    headChannels: 4,
    patch: 8,
    positionGrid: 4,
    layers: [3, 0, 5].map((window) => ({ heads: 3, mlpWidth: 20, window })),
    neckChannels: 8,
  },
  {
    family: 'efficientsam',
    channels: 12,
    headChannels: 4,
    patch: 8,
    positionGrid: 14,
    layers: [0, 1].map(() => ({ heads: 3, mlpWidth: 20 })),
    neckChannels: 8,
  },
  {
    family: 'tinyvit',
    patchChannels: [4, 8],
    mbconvHidden: [16],
    stages: [
      { dimension: 12, heads: 3, window: 5, stride: 2, blocks: [{ attention: true, mlpWidth: 20 }] },
      { dimension: 20, heads: 5, window: 3, stride: 2, blocks: [{ attention: true, heads: 2, mlpWidth: 0 }] },
    ],
    neckChannels: 8,
  },
];

it.each(small)('the multiply-accumulates of a custom $family are those of a counted forward pass', async (spec) => {
  const { tf } = await loadBackend('wasm');
  for (const inputSize of [32, spec.family === 'tinyvit' ? 64 : 56]) {
    const encoder = createFamilyEncoder(spec, inputSize);
    const weights = formulaWeights(encoder.shapes);
    for (const subnet of fc.sample(subnets(encoder), { numRuns: 4, seed: 1 })) {
      tf.tidy(() => {
        const ops = createTfjsOps(tf, (name) => {
          const tensor = weights.get(name);
          return tensor && tf.tensor(tensor.data, [...tensor.shape]);
        });
        expect(countedMacs(ops, encoder, subnet)).toBe(macs(encoder, subnet));
      });
    }
  }
});

it('refuses inputs that are no whole number of patches and says what is', () => {
  expect(() => createFamilyEncoder(small[0] as EncoderSpec, 1000)).not.toThrow();
  expect(() => createEncoder(architecture('vit-b'), 1000)).toThrow(/multiples of its patch of 16 pixels, not 1000/);
});
