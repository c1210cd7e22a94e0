import { formatTable, type TableCell } from '../../cli/output/table';

/** Prints one section as a table that can be pasted into docs/benchmarks.md. */
export function section(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly TableCell[])[],
): void {
  process.stdout.write(`\n${title}\n${formatTable(headings, rows)}\n`);
}

export function number(value: number, decimals = 0): TableCell {
  return { value: Number.isFinite(value) ? value : null, decimals };
}

/** The smallest value that at least `fraction` of all do not exceed. */
export function percentile(values: readonly number[], fraction: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return (
    ascending[Math.min(ascending.length - 1, Math.ceil(fraction * ascending.length) - 1)] ?? NaN
  );
}
