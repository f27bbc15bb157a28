import { describe, expect, it } from 'vitest';
import { architecture } from '../../../src/supernet/model/architectures.js';
import { parameterCount } from '../../../src/supernet/model/closed-form.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { fullSubnet, subnetOf } from '../../../src/supernet/model/network.js';
import type { ChosenSubnet } from '../../../src/supernet/pipeline/choose-subnets.js';
import { contestants, uniformWidth } from '../../../src/supernet/pipeline/control-configurations.js';
import { fullSettings, pipelineFiles } from '../../../src/supernet/pipeline/settings.js';
import { choiceSpace } from '../../../src/testing/choice-space.js';

describe.each(['mobilesam', 'vit-b'] as const)('the uniform control of %s', (name) => {
  const encoder = createEncoder(architecture(name));
  const full = parameterCount(encoder, fullSubnet(encoder));

  it('has MLPs of one share, whole attentions and a size within the limit', () => {
    const configuration = uniformWidth(encoder, 0.7 * full);
    const subnet = subnetOf(encoder, configuration);
    expect(parameterCount(encoder, subnet)).toBeLessThanOrEqual(0.7 * full);
    expect(Object.keys(configuration).every((parameter) => parameter.endsWith('.mlp'))).toBe(true);
    const shares = encoder.pieces.map(({ name, full: whole }, i) => [name, (subnet[i] as number) / whole] as const);
    const [mlps, others] = [true, false].map((is) => shares.filter(([piece]) => piece.endsWith('.mlp') === is));
    expect(new Set(mlps?.map(([, share]) => share)).size).toBe(1);
    expect(new Set(others?.map(([, share]) => share))).toEqual(new Set([1]));
  });
});

it.each([
  [600, true],
  [1, false],
])('a run of %i steps scores finished subnets: %s, as far as it makes any', (trainingSteps, isFinished) => {
  const space = choiceSpace({ 'stage1.block0.mlp': [128, 512] });
  const trial = { configuration: { 'stage1.block0.mlp': 128 } };
  const names = contestants({
    settings: { ...fullSettings, trainingSteps },
    files: pipelineFiles('run'),
    space,
    chosen: [{ name: 'subnet-30', target: 0.3, trial }] as unknown as ChosenSubnet[],
    encoder: createEncoder(architecture('mobilesam')),
    ownInputSize: 1024,
  }).map(({ name }) => name);
  expect(names).toContain('subnet-30');
  expect(names.includes('subnet-30-finished')).toBe(isFinished);
});
