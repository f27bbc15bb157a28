import fc from 'fast-check';
import {
  createParzen,
  createRng,
  type Feature,
  hypervolume,
  hypervolumeImprovement,
  logExpectedImprovement,
} from 'supersam/kit';
import { describe, expect, it } from 'vitest';
import { nonDominatedBoxes } from '../../src/technique-kit/acquisition.js';
import { bestTrials, chooseTrials } from '../../src/technique-kit/learning-set.js';
import { splitTrials } from '../../src/technique-kit/split-trials.js';
import { bendTail, standardize } from '../../src/technique-kit/standardize.js';

const draws = 40_000;
const pointsOf = (losses: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: losses, maxLength: losses }), {
    minLength: 1,
    maxLength: 8,
  });

describe('nonDominatedBoxes', () => {
  for (const losses of [1, 2, 3, 4]) {
    it(`covers what no point dominates, once, with ${losses} losses`, () => {
      fc.assert(
        fc.property(pointsOf(losses), (points) => {
          const reference = new Array<number>(losses).fill(7);
          const boxes = nonDominatedBoxes(points, reference);
          const volume = boxes.reduce(
            (sum, { lower, upper }) => sum + upper.reduce((v, x, i) => v * (x - Math.max(-1, lower[i]!)), 1),
            0,
          );
          expect(volume).toBeCloseTo(8 ** losses - hypervolume(points, reference), 6);
        }),
        { numRuns: 40 },
      );
    });
  }
});

describe('logExpectedImprovement', () => {
  for (const losses of [1, 2, 3]) {
    it(`is the mean improvement over many draws, with ${losses} losses`, () => {
      const rng = createRng('improvement', losses);
      const reference = new Array<number>(losses).fill(1);
      const front = Array.from({ length: 6 }, () => Array.from({ length: losses }, () => 0.8 * rng.normal()));
      const predictions = Array.from({ length: losses }, () => ({ mean: -0.3 + 0.2 * rng.normal(), variance: 0.25 }));
      let sum = 0;
      for (let draw = 0; draw < draws; draw++) {
        const point = predictions.map(({ mean, variance }) => mean + Math.sqrt(variance) * rng.normal());
        sum += hypervolumeImprovement(front, point, reference);
      }
      const expected = Math.exp(logExpectedImprovement(front, reference)(predictions));
      expect(Math.abs(expected / (sum / draws) - 1)).toBeLessThan(0.06);
    });
  }

  it('still ranks what is hopeless', () => {
    const gain = logExpectedImprovement([[0]], [1]);
    const at = (mean: number) => gain([{ mean, variance: 0.01 }]);
    expect(at(10)).toBeGreaterThan(at(11));
    expect(Number.isFinite(at(1e4))).toBe(true);
  });
});

describe('what a surrogate learns from', () => {
  it('keeps the best half and spreads the rest', () => {
    const points = Array.from({ length: 100 }, (_, i) => [(i * 37) % 100]);
    const chosen = chooseTrials(points, 20);
    expect(chosen).toHaveLength(20);
    expect(new Set(chosen).size).toBe(20);
    expect(chosen.filter((i) => points[i]![0]! < 10)).toHaveLength(10);
    expect(chooseTrials(points, 200)).toHaveLength(100);
  });

  it('takes the front first', () => {
    const points = [
      [3, 3],
      [1, 2],
      [2, 1],
      [5, 5],
      [0, 9],
    ];
    expect(bestTrials(points, 3).sort()).toEqual([1, 2, 4]);
    expect(bestTrials(points, 4)).toContain(0);
  });

  const tailed = [
    [1, 2, 3, 4, 1e9],
    [-9, -8, -3, -2, -1e-6],
    [-5, 0, 1, 2, 70, 71, 4],
    [4, 4, 4, 9],
    [1, 2, 3, 4, 5, 6, 7, 8, 1e6, 1e12],
    [-1e12, -1e6, 1, 2, 3, 4, 5, 6, 7, 8],
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7e100],
  ];

  const both = [standardize, bendTail].flatMap((scale) => tailed.map((losses) => [scale.name, losses, scale] as const));
  it.each(both)('gives losses mean 0 and variance 1, in their order: %s of %s', (_, losses, scale) => {
    const { targets, of } = scale(losses);
    const sorted = Float64Array.from(
      [...losses].sort((a, b) => a - b),
      of,
    );
    expect(targets.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 9);
    expect(targets.reduce((sum, x) => sum + x * x, 0) / losses.length).toBeCloseTo(1, 9);
    expect([...sorted]).toEqual([...sorted].sort((a, b) => a - b));
    expect(of(losses[1]!)).toBe(targets[1]);
  });

  it('gives 0 where losses are all the same, and numbers for one and for none', () => {
    expect([...standardize([4, 4]).targets]).toEqual([0, 0]);
    expect([...standardize([4]).targets]).toEqual([0]);
    expect([...standardize([]).targets]).toEqual([]);
  });

  it('gives the same for a * loss + b, whatever the unit and the zero', () => {
    const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: -20, max: 20 }), fc.integer({ min: -1e6, max: 1e6 }), (plain, k, b) => {
        const losses = plain.map((x) => Math.sign(x) * x * x);
        for (const scale of [standardize, bendTail]) {
          const { targets } = scale(losses);
          // A power of two changes no digit.
          expect(scale(losses.map((loss) => 2 ** k * loss)).targets).toEqual(targets);
          const moved = scale(losses.map((loss) => loss + b)).targets;
          for (const [i, target] of targets.entries()) expect(moved[i]).toBeCloseTo(target, 6);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('draws in the tail of losses that look normal but for it, as their logarithms would be', () => {
    const rng = createRng('tail');
    const normal = Array.from({ length: 200 }, () => rng.normal());
    const skewness = (numbers: ArrayLike<number>) =>
      Array.from(numbers).reduce((sum, x) => sum + x ** 3, 0) / numbers.length;
    const plain = standardize(normal).targets;
    expect(Math.abs(skewness(plain))).toBeLessThan(0.3);
    const skewed = normal.map((x) => Math.exp(3 * x));
    expect(Math.abs(skewness(standardize(skewed).targets))).toBeLessThan(0.8);
    const good = normal.map((x) => -Math.exp(x));
    expect(Math.abs(skewness(standardize(good).targets))).toBeLessThan(0.8);
  });

  it('lets the tail of one of several losses grow as a logarithm, without a kink', () => {
    const bend = bendTail([1, 2, 3, 4, 1e9]);
    const step = bend.of(2) - bend.of(1);
    expect((bend.of(7) - bend.of(1)) / step).toBeCloseTo(6, 9);
    expect((bend.of(7.001) - bend.of(7)) / step).toBeCloseTo(0.001, 6);
    expect((bend.of(61) - bend.of(1)) / step).toBeCloseTo(6 * (1 + Math.log(10)), 6);
  });

  it('splits trials by fronts, and the last one by hypervolume', () => {
    const { good, weights, bad } = splitTrials(
      [
        [0, 10],
        [10, 0],
        [4, 4],
        [4.5, 4.5],
        [20, 20],
      ],
      2,
    );
    expect(good).toContain(2);
    expect(good).toHaveLength(2);
    expect(weights.every((weight) => weight > 0 && weight <= 1)).toBe(true);
    expect([...good, ...bad].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(splitTrials([[3], [1], [2]], 1).good).toEqual([1]);
  });
});

describe('createParzen', () => {
  const features: Feature[] = [
    { parameter: 'c', kind: 'category', cardinality: 3, absent: -1 },
    { parameter: 'n', kind: 'numeric', cardinality: 4, absent: -1 },
  ];
  const rows = [
    [0, 0.125],
    [0, 0.375],
    [2, -1],
  ];

  it('is a probability over the values, and what it samples follows it', () => {
    const parzen = createParzen(features, rows, [1, 0.5, 1]);
    const cells = [0, 1, 2].flatMap((c) => [0.125, 0.375, 0.625, 0.875].map((n) => [c, n] as const));
    const probability = cells.map((cell) => Math.exp(parzen.logDensity(cell)));
    expect(probability.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 9);
    const rng = createRng('parzen');
    const counts = cells.map(() => 0);
    for (let draw = 0; draw < draws; draw++) {
      const [c, n] = parzen.sample(rng);
      counts[c! * 4 + Math.min(3, Math.floor(n! * 4))]!++;
    }
    for (const [i, count] of counts.entries()) expect(count / draws).toBeCloseTo(probability[i]!, 1.7);
  });

  it('gives inactive parameters no say', () => {
    const parzen = createParzen(features, rows, [1, 1, 1]);
    const sum = [0.125, 0.375, 0.625, 0.875].reduce((total, n) => total + Math.exp(parzen.logDensity([0, n])), 0);
    expect(Math.exp(parzen.logDensity([0, -1]))).toBeCloseTo(sum, 9);
  });

  for (const dimension of [300, 2000]) {
    it(`tells what is good from what is bad over ${dimension} parameters`, () => {
      const rng = createRng('wide', dimension);
      const wide: Feature[] = Array.from({ length: dimension }, (_, d) => ({
        parameter: `p${d}`,
        kind: d % 2 === 0 ? 'category' : 'numeric',
        cardinality: 16,
        absent: -1,
      }));
      const draw = () => wide.map(({ kind }) => (kind === 'category' ? rng.int(0, 15) : (rng.int(0, 15) + 0.5) / 16));
      const good = Array.from({ length: 10 }, draw);
      const bad = Array.from({ length: 90 }, draw);
      const [likely, unlikely] = [good, bad].map((rows) =>
        createParzen(
          wide,
          rows,
          rows.map(() => 1),
        ),
      );
      const ratio = (row: number[]) => likely!.logDensity(row) - unlikely!.logDensity(row);
      // Most of a good row and the rest at random is better than the same with a bad row, and all of these differ.
      const mix = (row: number[]) => {
        const other = draw();
        return row.map((x, d) => (d < 0.8 * dimension ? x : other[d]!));
      };
      const [ofGood, ofBad] = [good.map(mix).map(ratio), bad.slice(0, 10).map(mix).map(ratio)];
      expect(Math.min(...ofGood)).toBeGreaterThan(Math.max(...ofBad));
      expect(new Set([...ofGood, ...ofBad]).size).toBe(20);
      expect([...ofGood, ...ofBad].every(Number.isFinite)).toBe(true);
    });
  }

  it('narrows down as its rows do', () => {
    const axis: Feature[] = [{ parameter: 'x', kind: 'numeric', cardinality: Infinity, absent: -1 }];
    const at = (spread: number) =>
      createParzen(
        axis,
        Array.from({ length: 11 }, (_, i) => [0.4 + (spread * (i - 5)) / 5]),
        new Array<number>(11).fill(1),
      ).logDensity([0.4]);
    expect(at(0.01)).toBeGreaterThan(at(0.1));
    expect(at(0.1)).toBeGreaterThan(at(0.4));
  });
});
