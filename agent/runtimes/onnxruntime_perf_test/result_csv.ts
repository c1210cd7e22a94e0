import { toolNumber } from '../tool/tool_text';

/** More rows than any plan allows: a longer file is not ours. */
const mostRows = 100_000;

/** After the time: peak bytes, CPU percent, number of the run. */
const columnsAfterTime = 3;

/** What the tool appends after the rows when it is asked for statistics; before 2020 it wrote `Min Latency is 0.05sec`. */
const statisticsLine = /^(?:Min|Max|P\d{2,3}) Latency\b/;

/**
 * Per-run times in milliseconds, in order, from the file that onnxruntime_perf_test appends to: rows of
 * `model,seconds,peak bytes,CPU percent,run`, in which the model is named after its folder, and then perhaps an empty
 * line and statistics. Null if any row cannot be read or the runs are out of order.
 * https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/test/perftest/performance_runner.cc
 */
export function readResultCsv(text: string): readonly number[] | null {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  const rows = lines
    .filter((line) => line !== '' && !statisticsLine.test(line))
    .slice(0, mostRows)
    .map(numbersOf);
  const counted = rows[0]?.length === 0 ? rows.slice(1) : rows;
  const fixed = constantColumns(counted);
  const samplesMs: number[] = [];
  for (const [index, row] of counted.entries()) {
    const isWhole = row.length > columnsAfterTime;
    const seconds = isWhole ? row[Math.min(fixed, row.length - 1 - columnsAfterTime)] : row[0];
    if (seconds === undefined || seconds <= 0 || (isWhole && row.at(-1) !== index)) return null;
    samplesMs.push(seconds * 1_000);
  }
  return samplesMs.length === 0 ? null : samplesMs;
}

/** The numbers at the end of a row; what stands before them is the model's name, which may hold commas and numbers. */
function numbersOf(row: string): readonly number[] {
  const columns = row.split(',').map((column) => signedNumber(column.trim()));
  const numbers = columns.slice(columns.findLastIndex((column) => column === null) + 1);
  // A row begins with a name, even where the name is a number.
  return (numbers.length === columns.length ? numbers.slice(1) : numbers).filter(
    (number) => number !== null,
  );
}

function signedNumber(text: string): number | null {
  const size = toolNumber(text.replace(/^-/, ''));
  return size === null || !text.startsWith('-') ? size : -size;
}

/** How many columns of numbers are the same in all rows before the first that differs: they belong to the name. */
function constantColumns(rows: readonly (readonly number[])[]): number {
  const [first = []] = rows;
  const varying = first.findIndex((number, column) => rows.some((row) => row[column] !== number));
  return varying === -1 ? first.length : varying;
}
