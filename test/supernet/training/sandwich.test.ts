import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../../src/plugins/load-space.js';
import { sandwich } from '../../../src/supernet/training/sandwich.js';

describe('the sandwich', () => {
  it('holds the largest, the smallest and as many random subnets as asked for', async () => {
    const space = await loadSpace('tinyvit-nuclei');
    const [largest, smallest, ...random] = sandwich(space, 3, 1, 1);
    expect(random.map(({ name }) => name)).toEqual(['random', 'random', 'random']);
    for (const { name, values } of space.parameters) {
      expect(largest?.configuration[name], name).toBe(values?.[0] === false ? true : Math.max(...(values as number[])));
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
});
