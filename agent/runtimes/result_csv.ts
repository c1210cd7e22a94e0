import { toolNumber } from './tool_text';

/** More rows than any plan allows: a longer file is not ours. */
const mostRows = 100_000;

/**
 * Per-run times in milliseconds, in order, from the file that onnxruntime_perf_test appends to: rows of
 * `model,seconds,peak bytes,CPU percent,run`. The number of columns has changed between versions and some write a
 * header; the time has always followed the model's name. Null if any row cannot be read or the runs are out of order.
 * https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/test/perftest/performance_runner.h
 */
export function readResultCsv(text: string): readonly number[] | null {
  const rows = text.split(/\r\n|\n|\r/).map((row) => row.trim()).filter((row) => row !== '').slice(0, mostRows).map(readRow);
  const first = rows[0] === null ? 1 : 0;
  const samplesMs: number[] = [];
  for (const [index, row] of rows.slice(first).entries()) {
    if (row === null || row.seconds <= 0 || (row.run !== null && row.run !== index)) return null;
    samplesMs.push(row.seconds * 1_000);
  }
  return samplesMs.length === 0 ? null : samplesMs;
}

interface Row {
  readonly seconds: number;
  readonly run: number | null;
}

/** After the model's name, which may hold commas, all columns are numbers. */
function readRow(text: string): Row | null {
  const columns = text.split(',');
  const time = columns.findIndex((_, index) => index > 0 && columns.slice(index).every((column) => column.trim() !== '' && Number.isFinite(Number(column))));
  const seconds = time === -1 ? null : toolNumber(columns[time]?.trim());
  if (seconds === null) return null;
  const run = columns.length - time >= 4 ? toolNumber(columns.at(-1)?.trim()) : null;
  return { seconds, run };
}
