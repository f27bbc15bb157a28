import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../src/base/rng.js';
import { createSumEvidence } from '../../src/numerics/sum-evidence.js';

/** Every order in which places can come, with its probability where each next is a draw among those left by their chances. */
function orders(chances: readonly number[], left = [...chances.keys()]): { order: number[]; probability: number }[] {
  if (left.length === 0) return [{ order: [], probability: 1 }];
  const total = left.reduce((sum, place) => sum + chances[place]!, 0);
  return left.flatMap((place) =>
    orders(
      chances,
      left.filter((other) => other !== place),
    ).map(({ order, probability }) => ({
      order: [place, ...order],
      probability: (probability * chances[place]!) / total,
    })),
  );
}

function draw(chances: readonly number[], rng: Rng): number[] {
  const left = [...chances.keys()];
  const order: number[] = [];
  while (left.length > 0) {
    let at = rng.float() * left.reduce((sum, place) => sum + chances[place]!, 0);
    const i = left.findIndex((place) => {
      at -= chances[place]!;
      return at < 0;
    });
    order.push(...left.splice(i < 0 ? left.length - 1 : i, 1));
  }
  return order;
}

const parts = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 30 })), {
  minLength: 2,
  maxLength: 5,
});

describe('createSumEvidence', () => {
  it('is expected to be 1 at most after any number of looks where the sum is at the bound or below, over all orders', () => {
    fc.assert(
      fc.property(parts, fc.nat(5), (drawn, below) => {
        const [amounts, chances] = [drawn.map(([amount]) => amount), drawn.map(([, chance]) => chance)];
        const bound = amounts.reduce((sum, amount) => sum + amount, below);
        const sums = amounts.map(() => 0);
        for (const { order, probability } of orders(chances)) {
          const evidence = createSumEvidence(bound, chances);
          for (const [look, place] of order.entries()) sums[look]! += probability * evidence(place, amounts[place]!);
        }
        for (const sum of sums) expect(sum).toBeLessThanOrEqual(1 + 1e-6);
        if (below === 0 && bound > 0) expect(sums[0]).toBeCloseTo(1, 9);
      }),
      { numRuns: 200 },
    );
  });

  it('reaches 1 / risk at some look with no more than the risk where the sum is at the bound or below', () => {
    const rng = createRng('sum-evidence');
    for (const spare of [0, 0.5]) {
      let reached = 0;
      const tries = 2000;
      for (let i = 0; i < tries; i++) {
        const amounts = Array.from({ length: 40 }, () => (rng.float() < 0.2 ? 0.7 : 0.1) * rng.float());
        const chances = amounts.map((amount) => 0.05 + amount * (0.5 + rng.float()));
        const evidence = createSumEvidence(
          amounts.reduce((sum, amount) => sum + amount, spare),
          chances,
        );
        const looks = draw(chances, rng).map((place) => evidence(place, amounts[place]!));
        if (looks.some((one) => one >= 10)) reached++;
      }
      expect(reached / tries).toBeLessThanOrEqual(0.1);
      if (spare === 0) expect(reached).toBeGreaterThan(0);
    }
  });

  it('knows what was seen leaves no doubt of', () => {
    const evidence = createSumEvidence(1, [1, 1, 1]);
    expect(evidence(0, 0.9)).toBeLessThan(Infinity);
    expect(evidence(2, 0.2)).toBe(Infinity);
    expect(createSumEvidence(0, [1, 2])(1, 0)).toBe(1);
  });

  it('takes equal amounts for no evidence, whatever their rounding', () => {
    const amounts = [0.3, 0.1, 0, 0.7];
    const evidence = createSumEvidence(0.7 + 0.1 + 0.3, [3, 1, 1, 2]);
    for (const [place, amount] of amounts.entries()) expect(evidence(place, amount)).toBeLessThan(20);
  });

  it('needs few looks where the chances are near the amounts, however these differ, and the sum is above by much', () => {
    const room = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 0.6 : 0.05));
    const looksBy = (chances: readonly number[]) => {
      const evidence = createSumEvidence(
        room.reduce((sum, one) => sum + one, 0),
        chances,
      );
      const order = draw(chances, createRng('looks'));
      return order.findIndex((place) => evidence(place, 1.5 * room[place]!) >= 1e3) + 1;
    };
    expect(looksBy(room)).toBeLessThan(20);
    expect(looksBy(room.map(() => 1))).toBeGreaterThan(2 * looksBy(room));
  });
});
