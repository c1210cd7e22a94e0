import { readMeasurementTable } from '../../../search/simulate/table';
import { recordsOf, tableOf } from './tables';

const header = 'arch,x_0,x_1,accuracy,cpu_ms,f_macs,class';
const withRow = (row: string): string => `${header}\na,0,1,70,1.5,10,k\n${row}`;

describe('a table of measurements', () => {
  it('is read by the names of its columns, whatever their order', () => {
    const table = tableOf(
      'note,npu_ms,accuracy,f_depth,arch,x_1,x_0,cpu_ms,class\nhello,2,70.5,3,a,small,7,1.5,k',
    );
    expect(table).toMatchObject({
      targets: ['npu', 'cpu'],
      choices: ['x_1', 'x_0'],
      descriptors: ['f_depth'],
      ignored: ['note'],
    });
    expect(table.rows).toEqual([
      {
        line: 2,
        architecture: 'a',
        choices: ['small', '7'],
        networkClass: 'k',
        accuracyPercent: 70.5,
        latenciesMs: [2, 1.5],
        descriptors: Float64Array.of(3),
      },
    ]);
  });

  it.each([
    ['a missing value', 'b,0,,71,2,10,k', 'line 3, column x_1: nothing there'],
    ['a missing latency', 'b,0,0,71,,10,k', 'line 3, column cpu_ms: nothing there'],
    [
      'a negative latency',
      'b,0,0,71,-2,10,k',
      'line 3, column cpu_ms: -2; expected a number above 0',
    ],
    ['a latency of zero', 'b,0,0,71,0,10,k', 'line 3, column cpu_ms: 0; expected a number above 0'],
    [
      'a latency that is no number',
      'b,0,0,71,fast,10,k',
      'line 3, column cpu_ms: fast; expected a number above 0',
    ],
    [
      'an endless latency',
      'b,0,0,71,Infinity,10,k',
      'line 3, column cpu_ms: Infinity; expected a number above 0',
    ],
    [
      'an accuracy below 0',
      'b,0,0,-1,2,10,k',
      'line 3, column accuracy: -1; expected a percentage from 0 to 100',
    ],
    [
      'an accuracy above 100',
      'b,0,0,101,2,10,k',
      'line 3, column accuracy: 101; expected a percentage from 0 to 100',
    ],
    [
      'a descriptor that is no number',
      'b,0,0,71,2,many,k',
      'line 3, column f_macs: many; expected a number',
    ],
    ['a missing class', 'b,0,0,71,2,10,', 'line 3, column class: nothing there'],
    ['a short line', 'b,0,0,71,2', 'line 3: 5 cells; expected 7'],
    [
      'an architecture that was there before',
      'a,0,0,71,2,10,k',
      'line 3, column arch: the same architecture as line 2',
    ],
  ])('is refused for %s, with line and column', (_, row, message) => {
    expect(() => tableOf(withRow(row))).toThrow(message);
  });

  it.each([
    ['without architectures', 'x_0,accuracy,cpu_ms\n0,70,1', 'line 1: no column arch'],
    ['without accuracy', 'arch,x_0,cpu_ms\na,0,1', 'line 1: no column accuracy'],
    ['without latencies', 'arch,x_0,accuracy\na,0,70', 'line 1: no column of latencies'],
    [
      'with a column twice',
      'arch,accuracy,cpu_ms,cpu_ms\na,70,1,1',
      'line 1: two columns are named "cpu_ms"',
    ],
    [
      'with a target that cannot name a file',
      'arch,accuracy,../cpu_ms\na,70,1',
      'line 1: column "../cpu_ms": expected a target',
    ],
    ['without rows', header, 'no rows'],
  ])('is refused %s', (_, text, message) => {
    expect(() => tableOf(text)).toThrow(message);
  });

  it('is refused when it is empty, or has more columns than any table', () => {
    expect(() => readMeasurementTable([], 'table.csv')).toThrow('table.csv: empty');
    expect(() =>
      tableOf(Array.from({ length: 1_001 }, (_, index) => `f_${String(index)}`).join(',')),
    ).toThrow('1001 columns; expected at most 1000');
  });

  it('names the source in errors', () => {
    expect(() => readMeasurementTable(recordsOf(withRow('b')), 'phones.csv')).toThrow(
      /^phones\.csv: line 3/,
    );
  });
});
