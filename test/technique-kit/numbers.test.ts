import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  acquisitionSlopes,
  createGaussianProcess,
  createRng,
  type Feature,
  fitHyperparameters,
  fitRidgePredictor,
  logExpectedImprovement,
  normalDistribution,
  type Prediction,
} from 'supersam/kit';
import { describe, expect, it } from 'vitest';
import { cholesky } from '../../src/numerics/cholesky.js';
import { minimize } from '../../src/numerics/minimize.js';
import {
  expectedBelow,
  logExpectedBelow,
  logNormalDensity,
  logNormalMass,
  normalDensity,
  sampleTruncatedNormal,
} from '../../src/numerics/normal.js';
import { symmetricEigen } from '../../src/numerics/symmetric-matrix.js';
import { hyperparameterPriors, negativeLogPosterior } from '../../src/technique-kit/gaussian-process.js';
import { createMixedKernel, matern, pairDistances } from '../../src/technique-kit/kernel.js';
import { growTree, leafOf } from '../../src/technique-kit/random-forest.js';

interface Numbers {
  normal: { z: number; density: number; distribution: number; logExpectedBelow: number }[];
  truncated: { mean: number; deviation: number; expectation: number; density: number[]; mass: number }[];
  cholesky: {
    matrix: number[][];
    right: number[];
    factor: number[][];
    solution: number[];
    inverse: number[][];
    logDeterminant: number;
  };
  gaussian: {
    rows: number[][];
    targets: number[];
    fresh: number[][];
    scales: number[];
    product: number;
    noise: number;
    mean: number[];
    variance: number[];
    logLikelihood: number;
  };
  tree: number[];
  ridge: number[];
}
const numbers = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'numbers.json'), 'utf8')) as Numbers;

const numeric: Feature = { parameter: 'x', kind: 'numeric', cardinality: Infinity, absent: -1 };
const category: Feature = { parameter: 'c', kind: 'category', cardinality: 4, absent: -1 };
const flat = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat());
const close = (actual: ArrayLike<number>, expected: readonly number[], digits: number) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, number] of expected.entries()) expect(actual[i]).toBeCloseTo(number, digits);
};
/** Mixed rows with inactive values, and targets that depend on both kinds. */
const mixed = (count: number) => {
  const rng = createRng('mixed');
  const rows = Array.from({ length: count }, () => [rng.float(), rng.int(0, 3), rng.float() < 0.3 ? -1 : rng.float()]);
  const targets = Float64Array.from(rows, ([x, c, y]) => Math.sin(4 * x!) + 0.5 * c! - y!);
  return { features: [numeric, category, numeric], rows: flat(rows), targets };
};

describe('against numpy, scipy and scikit-learn', () => {
  it('has the normal distribution and its integral, far into the tail', () => {
    for (const { z, density, distribution, logExpectedBelow: expected } of numbers.normal) {
      expect(normalDensity(z) / density).toBeCloseTo(1, 10);
      expect(normalDistribution(z) / distribution).toBeCloseTo(1, 8);
      expect(logExpectedBelow(z)).toBeCloseTo(expected, 6);
      if (z > -20) expect(Math.log(expectedBelow(z))).toBeCloseTo(expected, 6);
    }
  });

  it('has the probability of an interval as a logarithm, in both tails and beyond what numbers hold', () => {
    // Far out the density falls by exp(-z) a unit, so that a long interval holds about density / z (within 1 / z²).
    for (const z of [6, 12, 30, 37, 39, 60, 500]) {
      const mass = logNormalMass(z, z + 50);
      expect(mass).toBe(logNormalMass(-z - 50, -z));
      expect(Math.abs(mass - (logNormalDensity(z) - Math.log(z)))).toBeLessThan(1.1 / z ** 2);
      expect(logNormalMass(z, z + 1e-6)).toBeCloseTo(logNormalDensity(z + 5e-7) + Math.log(1e-6), z < 10 ? 5 : 2);
    }
    expect(logNormalMass(-40, 40)).toBeCloseTo(0, 12);
  });

  it('has the truncated normal, and samples with its mean', () => {
    for (const { mean, deviation, expectation, density, mass } of numbers.truncated) {
      const at = (x: number) => (x - mean) / deviation;
      const kept = Math.exp(logNormalMass(at(0), at(1)));
      close(
        [0, 0.3, 0.9].map((x) => normalDensity(at(x)) / deviation / kept),
        density,
        8,
      );
      expect(Math.exp(logNormalMass(at(0.2), at(0.4))) / kept).toBeCloseTo(mass, 8);
      const rng = createRng('truncated', mean);
      const draws = Array.from({ length: 20_000 }, () => sampleTruncatedNormal(mean, deviation, rng));
      expect(draws.every((x) => x >= 0 && x <= 1)).toBe(true);
      expect(draws.reduce((sum, x) => sum + x, 0) / draws.length).toBeCloseTo(expectation, 1.9);
    }
  });

  it('factors, solves and inverts', () => {
    const { matrix, right, factor, solution, inverse, logDeterminant } = numbers.cholesky;
    const found = cholesky(flat(matrix), 6)!;
    close(found.factor, factor.flat(), 10);
    close(found.solve(Float64Array.from(right)), solution, 8);
    close(found.inverse(), inverse.flat(), 8);
    expect(found.logDeterminant()).toBeCloseTo(logDeterminant, 10);
    expect(cholesky(Float64Array.from([1, 2, 2, 1]), 2)).toBeUndefined();
  });

  it('predicts as a Gaussian process with the Matérn kernel does, and has its likelihood', () => {
    const { rows, targets, fresh, scales, product, noise, mean, variance, logLikelihood } = numbers.gaussian;
    const features = [numeric, numeric, numeric];
    const logs = [...scales.map((scale) => -2 * Math.log(scale)), Math.log(product), -40, Math.log(noise - 1e-6)];
    const process = createGaussianProcess(features, logs, flat(rows), Float64Array.from(targets));
    const predictions = fresh.map((row) => process.predict(row));
    close(
      predictions.map((prediction) => prediction.mean),
      mean,
      6,
    );
    close(
      predictions.map((prediction) => prediction.variance),
      variance,
      6,
    );

    const priors = hyperparameterPriors(features);
    const value = negativeLogPosterior(
      pairDistances(features, flat(rows)),
      Float64Array.from(targets),
      priors,
      logs,
      new Float64Array(6),
    );
    const prior = priors.reduce((sum, { mean: m, deviation }, i) => sum + ((logs[i]! - m) / deviation) ** 2 / 2, 0);
    expect(value - prior).toBeCloseTo(-logLikelihood - (25 / 2) * Math.log(2 * Math.PI), 6);
  });

  it('grows the tree of least squares', () => {
    const { rows, targets, fresh } = numbers.gaussian;
    const all = rows.map((_, i) => i);
    const features = [numeric, numeric, numeric];
    const options = { leastLeaf: 2, share: 1 };
    // Some splits are equally good on two axes: then the order in which the axes are tried decides, in either library.
    const errors = Array.from({ length: 10 }, (_, seed) => {
      const tree = growTree(features, flat(rows), Float64Array.from(targets), all, options, createRng('tree', seed));
      return Math.max(...fresh.map((row, i) => Math.abs(leafOf(tree, row).mean - numbers.tree[i]!)));
    });
    expect(Math.min(...errors)).toBeLessThan(5e-9);
  });

  it('fits ridge regression with the penalty of least leave-one-out error', () => {
    const { rows, targets, fresh } = numbers.gaussian;
    const predictor = fitRidgePredictor([numeric, numeric, numeric], flat(rows), Float64Array.from(targets));
    close(fresh.map(predictor), numbers.ridge, 6);
  });
});

describe('by definition', () => {
  it('has the kernel of its formula, with Hamming distances and inactive parameters', () => {
    const logs = [0.3, -0.5, 0.8, -0.2, 0.1, -4];
    const [w1, w2, w3, p, a] = logs.map(Math.exp) as [number, number, number, number, number];
    const kernel = createMixedKernel([numeric, category, numeric], logs);
    const rows = Float64Array.from([0.2, 1, -1, 0.7, 3, 0.4]);
    const r = Math.sqrt(w1 * 0.25 + w2 + w3 * (0.1 ** 2 + 0.75));
    const matern = (1 + Math.sqrt(5) * r + (5 / 3) * r * r) * Math.exp(-Math.sqrt(5) * r);
    const alone = (1 + Math.sqrt(5) + 5 / 3) * Math.exp(-Math.sqrt(5));
    const additive = 1 - (w1 * (1 - alone) + w2 + w3) / (w1 + w2 + w3);
    expect(kernel.between(rows, 0, rows, 1)).toBeCloseTo(p * matern + a * additive, 12);
    expect(kernel.between(rows, 1, rows, 1)).toBeCloseTo(kernel.self, 12);
  });

  it('has a kernel that is positive definite, with inactive parameters, categories and copies of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const rng = createRng('definite', seed);
        const features = Array.from({ length: rng.int(1, 5) }, () => rng.pick([numeric, numeric, category]));
        const logs = [...features.map(() => rng.normal()), rng.normal(), rng.pick([-40, rng.normal()]), -40];
        const value = ({ kind }: Feature) => {
          if (rng.float() < 0.3) return -1;
          if (kind === 'category') return rng.int(0, 3);
          return rng.float() < 0.5 ? rng.pick([0, 0.25, 0.5, 1]) : rng.float();
        };
        const rows = Array.from({ length: 16 }, () => features.map(value));
        const kernel = createMixedKernel(features, logs);
        const matrix = rows.map((_, i) =>
          rows.slice(0, i + 1).map((_, j) => kernel.between(flat(rows), i, flat(rows), j)),
        );
        expect(Math.min(...symmetricEigen(matrix).values)).toBeGreaterThan(-1e-12 * kernel.self * rows.length);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('says what is wrong where no covariance can be, instead of trying for ever', () => {
    const logs = [0, 0, 0, -4];
    expect(() => createGaussianProcess([numeric], logs, Float64Array.from([0.5, NaN]), new Float64Array(2))).toThrow(
      expect.objectContaining({ code: 'PLUGIN_CONTRACT' }),
    );
  });

  it('has the gradient of the posterior that finite differences give', () => {
    const { features, rows, targets } = mixed(20);
    const pairs = pairDistances(features, rows);
    const priors = hyperparameterPriors(features);
    const logs = [0.2, -0.4, 0.5, -0.3, -0.9, -3];
    const at = (point: readonly number[], gradient = new Float64Array(6)) =>
      negativeLogPosterior(pairs, targets, priors, point, gradient);
    const gradient = new Float64Array(6);
    at(logs, gradient);
    const step = 1e-5;
    const numericGradient = logs.map((x, k) => (at(logs.with(k, x + step)) - at(logs.with(k, x - step))) / (2 * step));
    close(gradient, numericGradient, 4);
  });

  it('fits hyperparameters to a better posterior than the priors, and the same ones again', () => {
    const { features, rows, targets } = mixed(40);
    const fitted = fitHyperparameters(features, rows, targets, { evaluations: 40 });
    const priors = hyperparameterPriors(features);
    const value = (logs: readonly number[]) =>
      negativeLogPosterior(pairDistances(features, rows), targets, priors, logs, new Float64Array(6));
    expect(value(fitted)).toBeLessThan(value(priors.map(({ mean }) => mean)) - 1);
    expect(fitHyperparameters(features, rows, targets, { evaluations: 40 })).toEqual(fitted);
  });

  it('has the slopes of a prediction, and of what it is worth, that finite differences give', () => {
    const { features, rows, targets } = mixed(20);
    const process = createGaussianProcess(features, [0.9, -0.4, 0.5, -0.3, -0.9, -6], rows, targets);
    const gain = logExpectedImprovement([[-0.5]], [2]);
    const row = [0.37, 2, 0.61];
    const [step, axes] = [1e-5, [0, 2]];
    const found = { mean: new Float64Array(3), variance: new Float64Array(3) };
    const prediction = process.slopes(Float64Array.from(row), axes, found);
    expect(prediction.mean).toBeCloseTo(process.predict(row).mean, 12);
    expect(prediction.variance).toBeCloseTo(process.predict(row).variance, 12);
    const [worth] = acquisitionSlopes(gain, [prediction]);
    for (const d of axes) {
      const [low, high] = [-step, step].map((by) => process.predict(row.with(d, row[d]! + by))) as [
        Prediction,
        Prediction,
      ];
      expect(found.mean[d]).toBeCloseTo((high.mean - low.mean) / (2 * step), 5);
      expect(found.variance[d]).toBeCloseTo((high.variance - low.variance) / (2 * step), 5);
      const slope = worth!.mean * found.mean[d]! + worth!.variance * found.variance[d]!;
      expect(slope / ((gain([high]) - gain([low])) / (2 * step))).toBeCloseTo(1, 3);
    }
  });

  it('shares relevances beyond 64 features', () => {
    const wide = Array.from({ length: 130 }, () => numeric);
    const rng = createRng('wide');
    const rows = Float64Array.from({ length: 10 * 130 }, () => rng.float());
    const logs = fitHyperparameters(
      wide,
      rows,
      Float64Array.from({ length: 10 }, () => rng.normal()),
      { evaluations: 5 },
    );
    expect(logs).toHaveLength(44 + 3);
    const kernel = createMixedKernel(wide, logs);
    const pairs = pairDistances(wide, rows);
    const squared = pairs.squared.subarray(0, 44).reduce((sum, x, group) => sum + Math.exp(logs[group]!) * x, 0);
    const t = pairs.plain.subarray(0, 44).reduce((sum, x, group) => sum + Math.exp(logs[group]!) * x, 0);
    const total = pairs.sizes.reduce((sum, size, group) => sum + size * Math.exp(logs[group]!), 0);
    const [p, a] = [Math.exp(logs[44]!), Math.exp(logs[45]!)];
    expect(kernel.between(rows, 1, rows, 0)).toBeCloseTo(p * matern(squared) + a * (1 - t / total), 9);
  });

  it('lets configurations being measured lower the variance and leave the mean', () => {
    const { features, rows, targets } = mixed(20);
    const logs = [0.2, -0.4, 0.5, -0.3, -0.9, -3];
    const open = [0.5, 2, 0.5];
    const before = createGaussianProcess(features, logs, rows, targets).predict(open);
    const after = createGaussianProcess(features, logs, rows, targets, Float64Array.from(open)).predict(open);
    expect(after.mean).toBeCloseTo(before.mean, 6);
    expect(after.variance).toBeLessThan(before.variance / 2);
  });

  it("finds the minimum of Rosenbrock's valley", () => {
    const found = minimize(
      ([x, y], gradient) => {
        gradient[0] = -2 * (1 - x!) - 400 * x! * (y! - x! * x!);
        gradient[1] = 200 * (y! - x! * x!);
        return (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2;
      },
      [-1.2, 1],
      { evaluations: 200, tolerance: 1e-12 },
    );
    close(found.point, [1, 1], 4);
  });

  it('splits categories into the best of all bipartitions', () => {
    const rng = createRng('categories');
    const rows = Float64Array.from({ length: 60 }, () => rng.int(0, 3));
    const targets = rows.map((c) => [2, -1, 1.8, -1.2][c]! + 0.01 * rng.normal());
    const tree = growTree([category], rows, targets, [...rows.keys()], { leastLeaf: 25, share: 1 }, rng);
    expect(leafOf(tree, [0])).toBe(leafOf(tree, [2]));
    expect(leafOf(tree, [1])).toBe(leafOf(tree, [3]));
    expect(leafOf(tree, [0]).mean).toBeGreaterThan(1.5);
  });
});
