/** The factor L of a symmetric positive definite matrix M = L Lᵀ, and what is solved with it. */
export interface Cholesky {
  readonly size: number;
  /** Rows of the lower triangle, each of `size` numbers; above the diagonal zero. */
  readonly factor: Float64Array;
  /** Solves L x = b in place. */
  solveLower(b: Float64Array): Float64Array;
  /** Solves M x = b in place. */
  solve(b: Float64Array): Float64Array;
  /** M⁻¹, row by row. */
  inverse(): Float64Array;
  logDeterminant(): number;
}

/** Factors a matrix given row by row (its lower triangle is read, nothing is changed); undefined when it is not positive definite. */
export function cholesky(matrix: Float64Array, size: number): Cholesky | undefined {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) factor.set(matrix.subarray(i * size, i * size + i + 1), i * size);
  return choleskyInPlace(factor, size);
}

/** Like `cholesky` for a matrix that is zero above its diagonal: the factor is written over it. */
export function choleskyInPlace(factor: Float64Array, size: number): Cholesky | undefined {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j < i; j++) {
      const other = j * size;
      factor[row + j] = (factor[row + j]! - dot(factor, row, factor, other, j)) / factor[other + j]!;
    }
    const rest = factor[row + i]! - dot(factor, row, factor, row, i);
    if (!(rest > 0)) return undefined;
    factor[row + i] = Math.sqrt(rest);
  }
  return {
    size,
    factor,
    solveLower,
    solve: (b) => solveUpper(solveLower(b)),
    inverse,
    logDeterminant: () => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += Math.log(factor[i * size + i]!);
      return 2 * sum;
    },
  };

  function solveLower(b: Float64Array): Float64Array {
    for (let i = 0; i < size; i++) {
      const row = i * size;
      b[i] = (b[i]! - dot(factor, row, b, 0, i)) / factor[row + i]!;
    }
    return b;
  }

  function solveUpper(b: Float64Array): Float64Array {
    for (let i = size - 1; i >= 0; i--) {
      const row = i * size;
      const x = b[i]! / factor[row + i]!;
      b[i] = x;
      for (let k = 0; k < i; k++) b[k]! -= factor[row + k]! * x;
    }
    return b;
  }

  /** By L⁻¹, whose rows stay short, then L⁻ᵀ L⁻¹. */
  function inverse(): Float64Array {
    const lower = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      const row = i * size;
      const own = 1 / factor[row + i]!;
      for (let k = 0; k < i; k++) addRow(lower, row, -factor[row + k]! * own, lower, k * size, k + 1);
      lower[row + i] = own;
    }
    const result = new Float64Array(size * size);
    for (let k = 0; k < size; k++) {
      const row = k * size;
      for (let i = 0; i <= k; i++) addRow(result, i * size, lower[row + i]!, lower, row, i + 1);
    }
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) result[j * size + i] = result[i * size + j]!;
    }
    return result;
  }
}

/** Adds `weight` times `count` numbers from one place to those from another. */
function addRow(into: Float64Array, i: number, weight: number, from: Float64Array, j: number, count: number): void {
  for (let k = 0; k < count; k++) into[i + k]! += weight * from[j + k]!;
}

/** Of `count` numbers from two places on. Four sums run at once: one alone would wait for itself at every step. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    p += a[i + k]! * b[j + k]!;
    q += a[i + k + 1]! * b[j + k + 1]!;
    r += a[i + k + 2]! * b[j + k + 2]!;
    s += a[i + k + 3]! * b[j + k + 3]!;
  }
  for (; k < count; k++) p += a[i + k]! * b[j + k]!;
  return p + q + r + s;
}
