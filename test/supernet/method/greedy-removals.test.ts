import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../src/core/space.js';
import { greedyRemovals } from '../../../src/supernet/method/greedy-removals.js';
import type { MeasureRemoval } from '../../../src/supernet/method/rank.js';
import { removableUnits } from '../../../src/supernet/method/ranking.js';
import { architecture } from '../../../src/supernet/model/architectures.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';

const tiny = createTinyVit(tinyVit5m, 224);
const vit = createEncoder(architecture('vit-b'));

/** Measures by a formula of what is gone, and counts. */
function measured(drop: (gone: ReadonlySet<string>) => number) {
  const asked: string[][] = [];
  const measure: MeasureRemoval = async (removed: Configuration, { parameter, removed: value }) => {
    const gone = [...Object.keys(removed), parameter];
    asked.push(gone);
    const lost = drop(new Set(gone));
    return { parameter, removed: value, drop: lost, meanIou: 0.8 - lost, encoderParameters: 1 };
  };
  return { asked, measure };
}

describe('greedy removal', () => {
  it('sees that of two parts which stand in for one another only one may go', async () => {
    const [a, b, c] = ['stage2.block2.attention', 'stage2.block3.attention', 'stage2.block4.attention'] as const;
    // Alone a and b cost next to nothing, c a little; a and b together ruin the network. All others cost 0.1 each.
    const { measure } = measured((gone) => {
      const others = [...gone].filter((name) => ![a, b, c].includes(name as typeof a)).length;
      const pair = gone.has(a) && gone.has(b) ? 0.5 : 0;
      return (gone.has(a) ? 0.001 : 0) + (gone.has(b) ? 0.002 : 0) + (gone.has(c) ? 0.01 : 0) + pair + 0.1 * others;
    });
    const removals = await greedyRemovals(tiny, removableUnits(tiny), measure);
    expect(removals.slice(0, 2).map(({ parameter }) => parameter)).toEqual([a, c]);
    expect(removals.at(-1)).toMatchObject({ parameter: b });
    expect(removals.at(-1)?.drop).toBeGreaterThan(0.5);
    // Drops are those of everything gone so far.
    expect(removals[1]?.drop).toBeCloseTo(0.011, 12);
    expect(new Set(removals.map(({ parameter }) => parameter)).size).toBe(removableUnits(tiny).length);
  });

  it('stops once the least harmful part would cost more than 0.2, the rest in the order of that round', async () => {
    const units = removableUnits(tiny);
    const harm = new Map(units.map(({ parameter }, i) => [parameter, 0.03 + 0.01 * i]));
    const { asked, measure } = measured((gone) => [...gone].reduce((sum, name) => sum + (harm.get(name) ?? 0), 0));
    const removals = await greedyRemovals(tiny, units, measure);
    // 0.03, 0.07, 0.12, 0.18, then 0.25: four rounds remove, the fifth measures what is left.
    const n = units.length;
    expect(asked).toHaveLength(n + (n - 1) + (n - 2) + (n - 3) + (n - 4));
    expect(removals.map(({ parameter }) => parameter)).toEqual(units.map(({ parameter }) => parameter));
    expect(removals.slice(0, 4).map(({ drop }) => drop.toFixed(2))).toEqual(['0.03', '0.07', '0.12', '0.18']);
    expect(removals[4]?.drop).toBeCloseTo(0.25, 12);
  });

  it("takes a layer's branches along with it, unmeasured", async () => {
    const { asked, measure } = measured((gone) => (gone.has('layer3') ? 0.001 * gone.size : 0.3 * gone.size));
    const removals = await greedyRemovals(vit, removableUnits(vit), measure);
    expect(removals.slice(0, 3).map(({ parameter }) => parameter)).toEqual(['layer3', 'layer3.heads', 'layer3.mlp']);
    expect(removals.slice(0, 3).map(({ encoderParameters }) => encoderParameters)).toEqual([1, 0, 0]);
    expect(asked.filter((gone) => gone.length > 1 && gone.at(-1)?.startsWith('layer3'))).toEqual([]);
    expect(new Set(removals.map(({ parameter }) => parameter)).size).toBe(removableUnits(vit).length);
  });
});
