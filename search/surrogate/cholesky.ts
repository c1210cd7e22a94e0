import { assert } from '../../common/assert';

/** Share of the mean of the diagonal that is added to it at first, when the matrix as it is does not factorise; it grows by tens. */
const firstJitter = 1e-10;
const largestJitter = 1;

/** The lower factor L of a symmetric positive definite matrix, row by row in one array. */
export interface Factor {
  readonly size: number;
  readonly lower: Float64Array;
}

/** Factorises the `size`×`size` matrix, of which the lower half is read; adds to its diagonal until that holds. */
export function factorise(matrix: Float64Array, size: number): Factor {
  let mean = 0;
  for (let row = 0; row < size; row += 1) mean += (matrix[row * size + row] ?? 0) / size;
  for (let jitter = 0; jitter <= largestJitter; jitter = jitter === 0 ? firstJitter : jitter * 10) {
    const lower = Float64Array.from(matrix);
    for (let row = 0; row < size; row += 1)
      lower[row * size + row] = (lower[row * size + row] ?? 0) + jitter * mean;
    if (factoriseInPlace(lower, size)) return { size, lower };
  }
  assert(false, 'a covariance matrix with as much noise as signal factorises');
}

function factoriseInPlace(lower: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row += 1) {
    const start = row * size;
    for (let column = 0; column < row; column += 1) {
      const other = column * size;
      let sum = lower[start + column] as number;
      for (let index = 0; index < column; index += 1)
        sum -= (lower[start + index] as number) * (lower[other + index] as number);
      lower[start + column] = sum / (lower[other + column] as number);
    }
    let pivot = lower[start + row] as number;
    for (let index = 0; index < row; index += 1) pivot -= (lower[start + index] as number) ** 2;
    if (!(pivot > 0)) return false;
    lower[start + row] = Math.sqrt(pivot);
  }
  return true;
}

/** Replaces `vector`, from `offset`, by L⁻¹ vector. */
export function solveLower({ size, lower }: Factor, vector: Float64Array, offset = 0): void {
  for (let row = 0; row < size; row += 1) {
    const start = row * size;
    let sum = vector[offset + row] as number;
    for (let index = 0; index < row; index += 1)
      sum -= (lower[start + index] as number) * (vector[offset + index] as number);
    vector[offset + row] = sum / (lower[start + row] as number);
  }
}

/** Replaces `vector` by (L⁻¹)ᵀ vector. */
export function solveUpper({ size, lower }: Factor, vector: Float64Array): void {
  for (let row = size - 1; row >= 0; row -= 1) {
    const value = (vector[row] as number) / (lower[row * size + row] as number);
    vector[row] = value;
    for (let index = 0; index < row; index += 1)
      vector[index] = (vector[index] as number) - (lower[row * size + index] as number) * value;
  }
}

/** (LLᵀ)⁻¹, both halves. */
export function inverseOf({ size, lower }: Factor): Float64Array {
  const inverse = new Float64Array(size * size);
  // Rows of L⁻¹, transposed: column by column of L⁻¹ kept as a row.
  for (let column = 0; column < size; column += 1) {
    const start = column * size;
    inverse[start + column] = 1 / (lower[start + column] as number);
    for (let row = column + 1; row < size; row += 1) {
      let sum = 0;
      for (let index = column; index < row; index += 1)
        sum -= (lower[row * size + index] as number) * (inverse[start + index] as number);
      inverse[start + row] = sum / (lower[row * size + row] as number);
    }
  }
  const result = new Float64Array(size * size);
  for (let a = 0; a < size; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let sum = 0;
      for (let index = a; index < size; index += 1)
        sum += (inverse[a * size + index] as number) * (inverse[b * size + index] as number);
      result[a * size + b] = sum;
      result[b * size + a] = sum;
    }
  }
  return result;
}

/** Twice the sum of the logarithms of L's diagonal: the logarithm of the determinant of LLᵀ. */
export function logDeterminant({ size, lower }: Factor): number {
  let sum = 0;
  for (let row = 0; row < size; row += 1) sum += Math.log(lower[row * size + row] as number);
  return 2 * sum;
}
