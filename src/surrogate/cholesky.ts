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
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      const other = j * size;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= factor[row + k]! * factor[other + k]!;
      if (i !== j) factor[row + j] = sum / factor[other + j]!;
      else if (sum > 0) factor[row + i] = Math.sqrt(sum);
      else return undefined;
    }
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
      let sum = b[i]!;
      for (let k = 0; k < i; k++) sum -= factor[row + k]! * b[k]!;
      b[i] = sum / factor[row + i]!;
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
      for (let k = 0; k < i; k++) {
        const weight = -factor[row + k]! * own;
        const other = k * size;
        for (let j = 0; j <= k; j++) lower[row + j]! += weight * lower[other + j]!;
      }
      lower[row + i] = own;
    }
    const result = new Float64Array(size * size);
    for (let k = 0; k < size; k++) {
      const row = k * size;
      for (let i = 0; i <= k; i++) {
        const weight = lower[row + i]!;
        const target = i * size;
        for (let j = 0; j <= i; j++) result[target + j]! += weight * lower[row + j]!;
      }
    }
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) result[j * size + i] = result[i * size + j]!;
    }
    return result;
  }
}
