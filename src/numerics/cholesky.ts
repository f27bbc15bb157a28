import { factorInPlace, invert, solveLower } from './triangular.js';

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
  if (!factorInPlace(factor, size)) return undefined;
  return {
    size,
    factor,
    solveLower: lower,
    solve: (b) => solveUpper(lower(b)),
    inverse,
    logDeterminant: () => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += Math.log(factor[i * size + i]!);
      return 2 * sum;
    },
  };

  function lower(b: Float64Array): Float64Array {
    solveLower(factor, size, b);
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

  function inverse(): Float64Array {
    const result = invert(factor, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) result[j * size + i] = result[i * size + j]!;
    }
    return result;
  }
}
