import { symmetricEigen } from './symmetric-eigen.js';

/**
 * A symmetric matrix as JSON: row i ends with its diagonal element and holds the elements before it, or, for a diagonal
 * matrix, the diagonal element alone.
 */
export type PackedMatrix = readonly (readonly number[])[];

/** Beyond this condition number a matrix counts as singular. */
const WORST_CONDITION = 1e14;

export function identity(n: number, isDiagonal: boolean): PackedMatrix {
  return Array.from({ length: n }, (_, i) => (isDiagonal ? [1] : [...new Array<number>(i).fill(0), 1]));
}

/** The matrix of new elements; `change` is given each stored element with its row and column. */
export function mapPacked(
  matrix: PackedMatrix,
  change: (element: number, row: number, column: number) => number,
): PackedMatrix {
  return matrix.map((row, i) => row.map((element, at) => change(element, i, i - row.length + 1 + at)));
}

export function multiplyPacked(matrix: PackedMatrix, vector: readonly number[]): number[] {
  const product = vector.map(() => 0);
  for (const [i, row] of matrix.entries()) {
    for (const [at, element] of row.entries()) {
      const j = i - row.length + 1 + at;
      product[i]! += element * vector[j]!;
      if (j < i) product[j]! += element * vector[i]!;
    }
  }
  return product;
}

/** A positive definite matrix to a power, symmetric; null when it is not, or too nearly not. */
export function powerPacked(matrix: PackedMatrix, exponent: number): PackedMatrix | null {
  const isDiagonal = matrix.every((row) => row.length === 1);
  const { values, vectors } = isDiagonal
    ? { values: matrix.map(([own]) => own!), vectors: [] }
    : symmetricEigen(matrix);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(least > 0) || most > WORST_CONDITION * least) return null;
  const scales = values.map((value) => value ** exponent);
  if (isDiagonal) return scales.map((scale) => [scale]);
  return mapPacked(matrix, (_, i, j) =>
    vectors.reduce((sum, vector, k) => sum + scales[k]! * vector[i]! * vector[j]!, 0),
  );
}
