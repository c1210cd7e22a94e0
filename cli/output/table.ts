import { printableLine } from './printable';

/** A cell is text as it is, or a number with its decimals fixed; numbers are aligned to the right. */
export type TableCell = string | { readonly value: number | null; readonly decimals: number };

/** Lays rows out in columns. No borders: tables are read by people and by awk. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly TableCell[])[],
): string {
  const texts = rows.map((row) => row.map(cellText));
  const numeric = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'object'),
  );
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        numeric[column] === true
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(headings), ...texts.map(line)].join('\n');
}

function cellText(cell: TableCell): string {
  if (typeof cell === 'string') return printableLine(cell);
  return cell.value === null ? '-' : cell.value.toFixed(cell.decimals);
}
