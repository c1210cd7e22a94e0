/** Spearman's rank correlation, ties sharing their mean rank; undefined where one side does not vary. */
export function rankCorrelation(
  left: readonly number[],
  right: readonly number[],
): number | undefined {
  const a = ranks(left);
  const b = ranks(right);
  const mean = (left.length - 1) / 2;
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  a.forEach((rank, index) => {
    const other = (b[index] ?? mean) - mean;
    product += (rank - mean) * other;
    squaresA += (rank - mean) ** 2;
    squaresB += other ** 2;
  });
  return squaresA > 0 && squaresB > 0 ? product / Math.sqrt(squaresA * squaresB) : undefined;
}

/** From 0, in the order of the values. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranked = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && order[end + 1]?.value === order[start]?.value) end += 1;
    for (const { index } of order.slice(start, end + 1)) ranked[index] = (start + end) / 2;
    start = end + 1;
  }
  return ranked;
}
