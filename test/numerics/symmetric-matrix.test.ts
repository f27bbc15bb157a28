import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  identity,
  mapPacked,
  multiplyPacked,
  type PackedMatrix,
  powerPacked,
  symmetricEigen,
} from '../../src/numerics/symmetric-matrix.js';

const element = fc.double({ min: -3, max: 3, noNaN: true });
const square = fc
  .integer({ min: 1, max: 7 })
  .chain((n) => fc.array(fc.array(element, { minLength: n, maxLength: n }), { minLength: n, maxLength: n }));
const lower = (full: readonly (readonly number[])[]): PackedMatrix => full.map((row, i) => row.slice(0, i + 1));
const unit = (n: number, at: number) => Array.from({ length: n }, (_, i) => (i === at ? 1 : 0));
const expand = (matrix: PackedMatrix) => matrix.map((_, j) => multiplyPacked(matrix, unit(matrix.length, j)));
/** A Aᵀ + I / 2: symmetric and positive definite. */
const definite = (a: readonly (readonly number[])[]): PackedMatrix =>
  lower(a.map((x, i) => a.map((y, j) => x.reduce((sum, own, k) => sum + own * y[k]!, i === j ? 0.5 : 0))));

function expectClose(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  for (const [i, row] of expected.entries())
    for (const [j, own] of row.entries()) expect(found[i]![j]).toBeCloseTo(own, 7);
}

describe('symmetric matrices', () => {
  it('are the sum of their eigenvalues times the squares of orthonormal eigenvectors', () => {
    fc.assert(
      fc.property(square, (a) => {
        const { values, vectors } = symmetricEigen(lower(a));
        const sum = a.map((_, i) =>
          a.map((__, j) => values.reduce((s, own, k) => s + own * vectors[k]![i]! * vectors[k]![j]!, 0)),
        );
        expectClose(
          sum,
          a.map((row, i) => row.map((own, j) => (i >= j ? own : a[j]![i]!))),
        );
        expectClose(
          vectors.map((x) => vectors.map((y) => x.reduce((s, own, k) => s + own * y[k]!, 0))),
          expand(identity(a.length, false)),
        );
      }),
    );
  });

  it('have roots whose square they are, and inverse roots that undo them', () => {
    fc.assert(
      fc.property(square, (a) => {
        const matrix = definite(a);
        const root = powerPacked(matrix, 0.5)!;
        expectClose(
          expand(root).map((column) => multiplyPacked(root, column)),
          expand(matrix),
        );
        const inverse = powerPacked(matrix, -0.5)!;
        expectClose(
          expand(root).map((column) => multiplyPacked(inverse, column)),
          expand(identity(a.length, false)),
        );
      }),
    );
  });

  it('keep to the diagonal when they are stored as one, and are refused when not positive definite', () => {
    expect(powerPacked([[4], [9]], 0.5)).toEqual([[2], [3]]);
    expect(multiplyPacked([[4], [9]], [1, 2])).toEqual([4, 18]);
    expect(mapPacked([[4], [9]], (own, i, j) => own + 10 * i + j)).toEqual([[4], [20]]);
    expect(powerPacked([[1], [2, 1]], 0.5)).toBeNull();
    expect(powerPacked([[1], [-1]], 0.5)).toBeNull();
    expect(powerPacked([[Number.NaN]], 0.5)).toBeNull();
  });
});
