import { assert } from '../../common/assert';

/** A linear model of standardised features. */
export interface RidgeModel {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
  readonly penalty: number;
  /** Root of the mean squared error of leaving one out. */
  readonly residualDeviation: number;
  /** Inverse of the penalised moment matrix: how far a network lies from those that were fitted. */
  readonly inverse: readonly (readonly number[])[];
}

export interface RidgeFit {
  readonly model: RidgeModel;
  /** Of each row, as predicted by a fit to all others. */
  readonly leftOut: readonly number[];
}

/** From hardly any shrinking to hardly any effect. */
const penalties = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100] as const;

/** Ridge regression (Hoerl and Kennard, https://doi.org/10.1080/00401706.1970.10488634) with the penalty by leaving one out. At least three rows. */
export function fitRidge(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
): RidgeFit {
  assert(rows.length >= 3 && rows.length === targets.length, 'there are rows to leave out');
  const fits = penalties.map((penalty) => fitWith(rows, targets, penalty));
  return fits.reduce((best, fit) =>
    fit.model.residualDeviation < best.model.residualDeviation ? fit : best,
  );
}

export function predictRidge(
  { means, deviations, coefficients, intercept, inverse, residualDeviation }: RidgeModel,
  row: readonly number[],
): { readonly value: number; readonly standardDeviation: number } {
  const standard = row.map(
    (value, index) => (value - (means[index] ?? 0)) / (deviations[index] ?? 1),
  );
  const value = standard.reduce(
    (sum, each, index) => sum + each * (coefficients[index] ?? 0),
    intercept,
  );
  const leverage = standard.reduce(
    (sum, each, index) =>
      sum +
      each *
        (inverse[index] ?? []).reduce((inner, cell, at) => inner + cell * (standard[at] ?? 0), 0),
    0,
  );
  return { value, standardDeviation: residualDeviation * Math.sqrt(1 + Math.max(0, leverage)) };
}

function fitWith(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  penalty: number,
): RidgeFit {
  const { means, deviations, standard } = standardised(rows);
  const intercept = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  const width = means.length;
  const moments = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_unused, j) =>
      standard.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), i === j ? penalty : 0),
    ),
  );
  const inverse = inverted(moments);
  const slopes = Array.from({ length: width }, (_, i) =>
    standard.reduce((sum, row, at) => sum + (row[i] ?? 0) * ((targets[at] ?? 0) - intercept), 0),
  );
  const coefficients = inverse.map((row) =>
    row.reduce((sum, cell, j) => sum + cell * (slopes[j] ?? 0), 0),
  );
  // The hat matrix tells what a fit without each row would say of it; the intercept takes 1/n.
  const leftOut = standard.map((row, at) => {
    const fitted = row.reduce((sum, each, i) => sum + each * (coefficients[i] ?? 0), intercept);
    const leverage =
      1 / rows.length +
      row.reduce(
        (sum, each, i) =>
          sum +
          each * (inverse[i] ?? []).reduce((inner, cell, j) => inner + cell * (row[j] ?? 0), 0),
        0,
      );
    return (targets[at] ?? 0) - ((targets[at] ?? 0) - fitted) / Math.max(1e-9, 1 - leverage);
  });
  const squared = leftOut.reduce((sum, value, at) => sum + (value - (targets[at] ?? 0)) ** 2, 0);
  const residualDeviation = Math.sqrt(squared / rows.length);
  return {
    model: { means, deviations, coefficients, intercept, penalty, residualDeviation, inverse },
    leftOut,
  };
}

function standardised(rows: readonly (readonly number[])[]): {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly standard: readonly (readonly number[])[];
} {
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? 0));
  const means = columns.map(
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  const deviations = columns.map((values, column) => {
    const mean = means[column] ?? 0;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return Math.sqrt(variance) || 1;
  });
  const standard = rows.map((row) =>
    row.map((value, column) => (value - (means[column] ?? 0)) / (deviations[column] ?? 1)),
  );
  return { means, deviations, standard };
}

/** Gauss and Jordan, of a positive definite matrix: some dozen features at most. */
function inverted(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let pivot = 0; pivot < size; pivot += 1) {
    const row = work[pivot] ?? [];
    const scale = row[pivot] ?? 0;
    assert(Math.abs(scale) > 0, 'a penalised moment matrix has an inverse');
    for (let column = 0; column < 2 * size; column += 1) row[column] = (row[column] ?? 0) / scale;
    work.forEach((other, index) => {
      const factor = other[pivot] ?? 0;
      if (index === pivot || factor === 0) return;
      for (let column = 0; column < 2 * size; column += 1)
        other[column] = (other[column] ?? 0) - factor * (row[column] ?? 0);
    });
  }
  return work.map((row) => row.slice(size));
}
