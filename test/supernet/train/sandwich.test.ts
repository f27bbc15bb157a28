import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../src/core/space.js';
import { loadSpace } from '../../../src/plugins/load-space.js';
import { parameterCount } from '../../../src/supernet/model/closed-form.js';
import { subnetOf } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { sandwich, smallest } from '../../../src/supernet/train/sandwich.js';

const encoder = createTinyVit(tinyVit5m, 224);

describe('the sandwich', () => {
  it('holds the largest, the smallest and as many random subnets as asked for', async () => {
    const space = await loadSpace('tinyvit-nuclei');
    const [largest, smallest, ...random] = sandwich(space, 3, 1, 1);
    expect(random.map(({ name }) => name)).toEqual(['random', 'random', 'random']);
    // No parameter: the untouched network, also where the space stops short of it.
    expect(largest).toEqual({ name: 'largest', configuration: {} });
    for (const { name, values } of space.parameters) {
      expect(smallest?.configuration[name], name).toBe(
        values?.[0] === false ? false : Math.min(...(values as number[])),
      );
    }
  });

  it('draws by the weights of the space, afresh at every step and the same for the same seed', async () => {
    const space = await loadSpace('tinyvit-nuclei');
    const steps = 600;
    const draw = (seed: number, step: number) => sandwich(space, 1, seed, step)[2]?.configuration;
    expect(draw(1, 7)).toEqual(draw(1, 7));
    expect(draw(2, 7)).not.toEqual(draw(1, 7));
    const drawn = Array.from({ length: steps }, (_, i) => draw(1, i + 1));
    expect(new Set(drawn.map((configuration) => JSON.stringify(configuration))).size).toBeGreaterThan(steps - 10);
    // The space's own weights: 0.2463 for removal here, a quarter for every width there.
    const share = (name: string, value: boolean | number) =>
      drawn.filter((configuration) => configuration?.[name] === value).length / steps;
    const fiveSigma = 5 * Math.sqrt((0.25 * 0.75) / steps);
    expect(Math.abs(share('stage1.block0.attention', false) - 0.2463)).toBeLessThan(fiveSigma);
    for (const width of [128, 256, 384, 512])
      expect(Math.abs(share('stage1.block0.mlp', width) - 0.25)).toBeLessThan(fiveSigma);
  });

  it('draws medium subnets from about the middle of the sizes, beside the random ones and not in their place', async () => {
    const space = await loadSpace('tinyvit-nuclei');
    const size = (configuration: Configuration) => parameterCount(encoder, subnetOf(encoder, configuration));
    const members = (step: number) => sandwich(space, 1, 1, step, { count: 2, parameterCount: size });
    expect(members(3)).toEqual(members(3));
    expect(members(3).map(({ name }) => name)).toEqual(['largest', 'smallest', 'medium', 'medium', 'random']);
    expect(members(3)[4]).toEqual(sandwich(space, 1, 1, 3)[2]);
    const steps = Array.from({ length: 100 }, (_, i) => members(i + 1));
    const middle = (size({}) + size(smallest(space))) / 2;
    const off = (member: number) =>
      steps.reduce((sum, each) => sum + Math.abs(size(each[member]?.configuration ?? {}) - middle), 0) / steps.length;
    // The nearest of eight draws is several times nearer than one draw.
    expect(off(2)).toBeLessThan(off(4) / 3);
    expect(new Set(steps.map((each) => JSON.stringify(each[2]?.configuration))).size).toBeGreaterThan(90);
  });
});
