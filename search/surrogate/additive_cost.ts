/** Relative error that an additive model of latencies is believed to have; against it stand the priors of its costs. */
const typicalError = 0.1;
const sweeps = 200;

/**
 * A latency as a sum of costs that are not below zero, one for each unit of each feature and one for the start: what networks made of operators
 * come down to before anything overlaps. Least squares of the relative errors; a priori each feature's share of the mean latency is about none, within
 * a deviation of one. Coordinate descent. Rows are features as they are, none below zero. Returns the costs, the start's first.
 */
export function fitAdditiveCosts(
  rows: readonly Float64Array[],
  latencies: readonly number[],
): Float64Array {
  const size = (rows[0]?.length ?? 0) + 1;
  const gram = new Float64Array(size * size);
  const target = new Float64Array(size);
  const means = new Float64Array(size);
  rows.forEach((row, index) => {
    const latency = latencies[index] ?? 1;
    const scaled = Float64Array.of(1 / latency, ...row.map((value) => value / latency));
    for (let a = 0; a < size; a += 1) {
      const left = scaled[a] ?? 0;
      means[a] = (means[a] ?? 0) + left / rows.length;
      target[a] = (target[a] ?? 0) + left;
      for (let b = 0; b < size; b += 1)
        gram[a * size + b] = (gram[a * size + b] ?? 0) + left * (scaled[b] ?? 0);
    }
  });
  for (let a = 0; a < size; a += 1)
    gram[a * size + a] = (gram[a * size + a] ?? 0) + (typicalError * (means[a] ?? 0)) ** 2 + 1e-12;
  return nonNegative(gram, target, size);
}

/** At least a hundredth of the start, so that it has a logarithm. */
export function additiveLatency(costs: Float64Array, row: Float64Array): number {
  let sum = costs[0] ?? 0;
  for (let index = 0; index < row.length; index += 1)
    sum += (costs[index + 1] ?? 0) * (row[index] ?? 0);
  return sum;
}

function nonNegative(gram: Float64Array, target: Float64Array, size: number): Float64Array {
  const costs = new Float64Array(size);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (let a = 0; a < size; a += 1) {
      let slope = target[a] ?? 0;
      for (let b = 0; b < size; b += 1)
        if (b !== a) slope -= (gram[a * size + b] ?? 0) * (costs[b] ?? 0);
      costs[a] = Math.max(0, slope / (gram[a * size + a] ?? 1));
    }
  }
  return costs;
}
