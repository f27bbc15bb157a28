import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { loadSpace } from '../../src/plugins/load-space.js';
import { architecture } from '../../src/supernet/model/architectures.js';
import { decoderParameterCount, macs, parameterCount } from '../../src/supernet/model/closed-form.js';
import { createEncoder } from '../../src/supernet/model/description.js';
import { fullSubnet, subnetOf } from '../../src/supernet/model/network.js';
import { sandwich, smallest } from '../../src/supernet/train/sandwich.js';

const encoder = createEncoder(architecture('vit-b'));
const decoder = decoderParameterCount(encoder);
const parameters = (configuration: Parameters<typeof subnetOf>[1]) =>
  parameterCount(encoder, subnetOf(encoder, configuration)) + decoder;
const whole = parameterCount(encoder, fullSubnet(encoder)) + decoder;

describe('the spaces of SuperSAM', () => {
  it.each([
    ['supersam-a', 15_552n],
    ['supersam-b', 4_194_304n],
    ['supersam-c', 15_479_341_056n],
    ['supersam-d', 12_800_000n],
    ['supersam-d256', 121_500_000n],
  ])('%s has its published size, and parameters of SAM ViT-B alone', async (name, size) => {
    const space = await loadSpace(name);
    expect(space.size()).toBe(size);
    const known = encoder.pieces.flatMap(({ gate, width }) => [gate, width]);
    for (const parameter of space.parameters) expect(known).toContain(parameter.name);
    for (let draw = 0; draw < 20; draw++) {
      const configuration = space.sample(createRng(name, draw));
      // A removed layer has no width, so that a subnet has one spelling.
      for (const [layer, kept] of Object.entries(configuration)) {
        if (kept === false) expect(configuration).not.toHaveProperty([`${layer}.mlp`]);
      }
      expect(subnetOf(encoder, configuration).slice(1, 3)).toEqual([12, 3072]);
    }
  });

  it('reach as far down as published', async () => {
    const least = smallest(await loadSpace('supersam-d'));
    expect(Math.round(parameters(least) / 1000)).toBe(37_006);
    expect(macs(encoder, subnetOf(encoder, least)) / 1e9).toBeCloseTo(191.3, 1);
    expect(1 - parameters(least) / whole).toBeCloseTo(0.605, 3);
    expect(1 - parameters(smallest(await loadSpace('supersam-d256'))) / whole).toBeCloseTo(0.656, 3);
  });

  it.each(['supersam-a', 'supersam-b', 'supersam-c', 'supersam-d'])(
    'train the untouched network as the largest of %s, which no choice of the space is',
    async (name) => {
      const space = await loadSpace(name);
      const [largest] = sandwich(space, 0, 1, 1);
      expect(parameters(largest?.configuration ?? {})).toBe(whole);
      const last = space.parameters.map(({ name, values }) => [name, values?.at(-1) as boolean | number]);
      expect(parameters(Object.fromEntries(last))).toBeLessThan(whole);
    },
  );
});
