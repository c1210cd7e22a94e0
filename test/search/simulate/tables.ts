import {
  readMeasurementTable,
  type CsvRecord,
  type RecordedTable,
} from '../../../search/simulate/table';
import { createRandom } from '../../../common/random';

/** A CSV text as lines and cells. */
export function recordsOf(text: string): CsvRecord[] {
  return text
    .trim()
    .split('\n')
    .map((line, index) => ({ line: index + 1, cells: line.trim().split(',') }));
}

export function tableOf(text: string): RecordedTable {
  return readMeasurementTable(recordsOf(text), 'table.csv');
}

/** Three choices of `options` each: accuracy and latency grow with them, not quite alike, on two targets. */
export function inventedCsv(options = 4): string {
  const random = createRandom('invented');
  const rows = Array.from({ length: options ** 3 }, (_, index) =>
    [index % options, Math.floor(index / options) % options, Math.floor(index / options ** 2)].map(
      String,
    ),
  ).map((choices) => {
    const [a = 0, b = 0, c = 0] = choices.map(Number);
    const accuracy = 50 + 4 * a + 3 * b + 2 * c + random.next();
    return [
      choices.join('-'),
      ...choices,
      accuracy,
      1 + a + 0.5 * b + 0.2 * c + 0.3 * random.next(),
      2 + 0.3 * a + b + 0.5 * c,
      a,
      b,
      c,
    ].join(',');
  });
  return ['arch,x_0,x_1,x_2,accuracy,cpu_ms,npu_ms,f_a,f_b,f_c', ...rows].join('\n');
}

/** So many networks of 20 positions with ten options each, drawn by chance: next to nothing of the space. Accuracy and latency grow with the choices, not quite alike. */
export function sampleCsv(rows: number): string {
  const random = createRandom('sample');
  const positions = Array.from({ length: 20 }, (_, index) => index);
  const lines = Array.from({ length: rows }, (_, row) => {
    const choices = positions.map(() => random.below(10));
    const [help, cost] = [0.1, 0.05].map((scale, which) =>
      choices.reduce(
        (sum, choice, position) => sum + scale * choice * (position % 3 === which ? 2 : 1),
        0,
      ),
    );
    return [`n${String(row)}`, ...choices, 50 + (help ?? 0), 1 + (cost ?? 0)].map(String).join(',');
  });
  return [
    ['arch', ...positions.map((position) => `x_${String(position)}`), 'accuracy', 'cpu_ms'].join(
      ',',
    ),
    ...lines,
  ].join('\n');
}
