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

const SWEEPS = 60;

/**
 * Eigenvalues of a symmetric matrix, in no order, and the unit eigenvectors as rows in the same order, by cyclic Jacobi
 * rotations (Golub and Van Loan, 2013, section 8.5). Takes some ten n^3; meant for n up to about a hundred.
 *
 * @param lower row i holds the elements (i, 0) to (i, i).
 */
export function symmetricEigen(lower: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = lower.length;
  const a = lower.map((_, i) => lower.map((_, j) => (i >= j ? lower[i]![j]! : lower[j]![i]!)));
  const vectors = lower.map((_, i) => lower.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS && !isDiagonal(a); sweep++) {
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
    }
  }
  return { values: a.map((row, i) => row[i]!), vectors };
}

function isDiagonal(a: readonly (readonly number[])[]): boolean {
  let [off, all] = [0, 0];
  for (const [i, row] of a.entries()) {
    for (const [j, x] of row.entries()) {
      all += x * x;
      if (i !== j) off += x * x;
    }
  }
  return off <= 1e-32 * all;
}

/** Turns the plane of axes p and q so that the element (p, q) vanishes. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of a) {
    const x = row[p]!;
    const y = row[q]!;
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  for (const rows of [a, vectors]) {
    const first = rows[p]!;
    const second = rows[q]!;
    for (let k = 0; k < first.length; k++) {
      const x = first[k]!;
      const y = second[k]!;
      first[k] = c * x - s * y;
      second[k] = s * x + c * y;
    }
  }
}
