import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { assert } from '../../common/assert';
import { allCells, cellCount, cellIndex, type Cell } from './cell';
import { canonicalForm } from './topology';

/** Percent of images classified correctly after the 12-epoch schedule. */
interface CellAccuracy {
  readonly validationPercent: number;
  readonly testPercent: number;
}

/** The benchmark's measured accuracies on CIFAR-10; see accuracy.md for the source and licence. */
interface CellAccuracies {
  /** What was measured for exactly this cell. */
  readonly measured: (cell: Cell) => CellAccuracy;
  /** Mean validation accuracy over the cells isomorphic to this one: their differences are training noise. */
  readonly accuracyPercent: (cell: Cell) => number;
  /** The same on the test images, to be read only after the search. */
  readonly testAccuracyPercent: (cell: Cell) => number;
}

/** Reads the table that comes with the program. Takes about 100 ms: load it once. */
export function loadCellAccuracies(): CellAccuracies {
  const rows = readRows(
    gunzipSync(readFileSync(join(__dirname, 'accuracy.csv.gz'))).toString('utf8'),
  );
  const classes = classMeans(rows);
  const measured = (cell: Cell): CellAccuracy => at(rows[cellIndex(cell)]);
  const mean = (cell: Cell): CellAccuracy => at(classes.get(canonicalForm(cell)));
  return {
    measured,
    accuracyPercent: (cell) => mean(cell).validationPercent,
    testAccuracyPercent: (cell) => mean(cell).testPercent,
  };
}

function readRows(csv: string): readonly CellAccuracy[] {
  const rows = csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line): CellAccuracy => {
      const [validationPercent = NaN, testPercent = NaN] = line.split(',').map(Number);
      return { validationPercent, testPercent };
    });
  assert(rows.length === cellCount, 'the accuracy table has a row for each cell');
  return rows;
}

function classMeans(rows: readonly CellAccuracy[]): ReadonlyMap<string, CellAccuracy> {
  const members = new Map<string, CellAccuracy[]>();
  for (const cell of allCells()) {
    const form = canonicalForm(cell);
    const row = at(rows[cellIndex(cell)]);
    const known = members.get(form);
    if (known === undefined) members.set(form, [row]);
    else known.push(row);
  }
  return new Map([...members].map(([form, list]) => [form, meanOf(list)]));
}

function meanOf(list: readonly CellAccuracy[]): CellAccuracy {
  const sum = (pick: (row: CellAccuracy) => number): number =>
    list.reduce((total, row) => total + pick(row), 0) / list.length;
  return {
    validationPercent: sum((row) => row.validationPercent),
    testPercent: sum((row) => row.testPercent),
  };
}

function at(row: CellAccuracy | undefined): CellAccuracy {
  assert(row !== undefined, 'the accuracy table covers every cell');
  return row;
}
