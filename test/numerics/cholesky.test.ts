import { expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { cholesky } from '../../src/numerics/cholesky.js';

/** Four sums at once, as the documentation of the dot product has it. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  const sums = [0, 0, 0, 0];
  const even = count - (count % 4);
  for (let k = 0; k < count; k++) sums[k < even ? k % 4 : 0]! += a[i + k]! * b[j + k]!;
  return sums.reduce((sum, one) => sum + one);
}

function plain(matrix: Float64Array, size: number) {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const rest = matrix[i * size + j]! - dot(factor, i * size, factor, j * size, j);
      factor[i * size + j] = rest / factor[j * size + j]!;
    }
    factor[i * size + i] = Math.sqrt(matrix[i * size + i]! - dot(factor, i * size, factor, i * size, i));
  }
  return factor;
}

function definite(size: number, seed: number): Float64Array {
  const rng = createRng('definite', seed);
  const points = Array.from({ length: size }, () => [rng.float(), rng.float(), rng.float()]);
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [a, b] = [points[Math.floor(at / size)]!, points[at % size]!];
    return Math.exp(-a.reduce((sum, x, d) => sum + (x - b[d]!) ** 2, 0)) + (a === b ? 0.01 : 0);
  });
}

it('factors and solves as plain loops do, to the last bit, however many matrices there are', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 17, 30, 64, 65, 101, 2, 40];
  const found = sizes.map((size, seed) => ({ size, seed, factored: cholesky(definite(size, seed), size)! }));
  for (const { size, seed, factored } of [...found, ...found.reverse()]) {
    const factor = plain(definite(size, seed), size);
    expect(factored.factor).toEqual(factor);
    const right = Float64Array.from({ length: size }, (_, i) => Math.sin(i + seed));
    const solved = Float64Array.from(right);
    for (let i = 0; i < size; i++) {
      solved[i] = (solved[i]! - dot(factor, i * size, solved, 0, i)) / factor[i * size + i]!;
    }
    expect(factored.solveLower(Float64Array.from(right))).toEqual(solved);
  }
});

it('inverts, and leaves the matrix as it is', () => {
  for (const size of [1, 3, 16, 90]) {
    const matrix = definite(size, size);
    const before = Float64Array.from(matrix);
    const inverse = cholesky(matrix, size)!.inverse();
    expect(matrix).toEqual(before);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += matrix[i * size + k]! * inverse[k * size + j]!;
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 8);
      }
    }
  }
});

it('knows a matrix that is not positive definite', () => {
  expect(cholesky(Float64Array.from([1, 2, 2, 1]), 2)).toBeUndefined();
  expect(cholesky(Float64Array.from([0]), 1)).toBeUndefined();
  expect(cholesky(Float64Array.from([1, NaN, NaN, 1]), 2)).toBeUndefined();
  expect(cholesky(Float64Array.from([1, 0, 0, NaN]), 2)).toBeUndefined();
});
