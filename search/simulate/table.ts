import { BadInputError } from '../../common/bad_input';

/** A line of a CSV file, split into its cells. */
export interface CsvRecord {
  /** Counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface TableRow {
  readonly line: number;
  readonly architecture: string;
  /** One for each of the table's `choices`. */
  readonly choices: readonly string[];
  /** Rows of one class are the same network. */
  readonly networkClass: string | undefined;
  readonly accuracyPercent: number;
  /** One for each of the table's `targets`. */
  readonly latenciesMs: readonly number[];
  readonly descriptors: Float64Array;
}

/** Networks that were measured, all of them on all targets. */
export interface RecordedTable {
  /** Names the table in errors. */
  readonly source: string;
  readonly targets: readonly string[];
  readonly choices: readonly string[];
  readonly descriptors: readonly string[];
  readonly ignored: readonly string[];
  readonly rows: readonly TableRow[];
}

/** More than any search space has choices, devices or descriptors. */
const mostColumns = 1_000;
const latencySuffix = '_ms';
/** Targets name files. */
const targetName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

interface Columns {
  readonly source: string;
  readonly names: readonly string[];
  readonly architecture: number;
  readonly accuracy: number;
  readonly networkClass: number | undefined;
  readonly choices: readonly number[];
  readonly latencies: readonly number[];
  readonly descriptors: readonly number[];
}

/** Reads a table from its lines, headings first; docs/search.md says which columns there are. @throws BadInputError with line and column */
export function readMeasurementTable(records: readonly CsvRecord[], source: string): RecordedTable {
  const [header, ...lines] = records;
  if (header === undefined)
    throw new BadInputError(
      `${source}: empty; expected a line of column names, then a line for each network`,
    );
  const columns = readHeader(header, source);
  if (lines.length === 0)
    throw new BadInputError(
      `${source}: no rows; expected a line for each network below the column names`,
    );
  const nameOf = (index: number): string => columns.names[index] ?? '';
  const used = new Set([
    columns.architecture,
    columns.accuracy,
    columns.networkClass,
    ...columns.choices,
    ...columns.latencies,
    ...columns.descriptors,
  ]);
  return {
    source,
    targets: columns.latencies.map((index) => nameOf(index).slice(0, -latencySuffix.length)),
    choices: columns.choices.map(nameOf),
    descriptors: columns.descriptors.map(nameOf),
    ignored: columns.names.filter((_, index) => !used.has(index)),
    rows: withoutRepetition(
      lines.map((line) => readRow(line, columns)),
      source,
    ),
  };
}

function readHeader({ line, cells }: CsvRecord, source: string): Columns {
  const names = cells.map((cell) => cell.trim());
  const wrong = (message: string): never => {
    throw new BadInputError(`${source}: line ${line}: ${message}`);
  };
  if (names.length > mostColumns) wrong(`${names.length} columns; expected at most ${mostColumns}`);
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) wrong(`two columns are named "${shown(name)}"; rename one`);
  });
  const indicesOf = (isWanted: (name: string) => boolean): number[] =>
    Array.from(names.keys()).filter((index) => isWanted(names[index] ?? ''));
  const columnOf = (name: string): number => {
    const index = names.indexOf(name);
    return index >= 0
      ? index
      : wrong(
          `no column ${name}; expected arch, x_0 and more choices, accuracy, <target>${latencySuffix}, and optionally class and f_<descriptor>`,
        );
  };
  const latencies = indicesOf((name) => name.endsWith(latencySuffix));
  if (latencies.length === 0)
    wrong(
      `no column of latencies; expected at least one named <target>${latencySuffix}, for example pixel3${latencySuffix}`,
    );
  for (const index of latencies) {
    const name = names[index] ?? '';
    if (!targetName.test(name.slice(0, -latencySuffix.length)))
      wrong(
        `column "${shown(name)}": expected a target of 1 to 63 letters, digits, ".", "_" or "-" before ${latencySuffix}`,
      );
  }
  const isLatency = (name: string): boolean => name.endsWith(latencySuffix);
  return {
    source,
    names,
    architecture: columnOf('arch'),
    accuracy: columnOf('accuracy'),
    networkClass: names.includes('class') ? names.indexOf('class') : undefined,
    choices: indicesOf((name) => name.startsWith('x_') && !isLatency(name)),
    latencies,
    descriptors: indicesOf((name) => name.startsWith('f_') && !isLatency(name)),
  };
}

function readRow({ line, cells }: CsvRecord, columns: Columns): TableRow {
  const { source, names } = columns;
  if (cells.length !== names.length)
    throw new BadInputError(
      `${source}: line ${line}: ${cells.length} cells; expected ${names.length}, one for each column`,
    );
  const text = (index: number): string => {
    const cell = (cells[index] ?? '').trim();
    if (cell === '')
      throw new BadInputError(
        `${source}: line ${line}, column ${names[index] ?? ''}: nothing there; fill it in or remove the row`,
      );
    return cell;
  };
  const number = (index: number, isRight: (value: number) => boolean, expected: string): number => {
    const value = Number(text(index));
    if (!Number.isFinite(value) || !isRight(value))
      throw new BadInputError(
        `${source}: line ${line}, column ${names[index] ?? ''}: ${shown(text(index))}; expected ${expected}`,
      );
    return value;
  };
  return {
    line,
    architecture: text(columns.architecture),
    choices: columns.choices.map(text),
    networkClass: columns.networkClass === undefined ? undefined : text(columns.networkClass),
    accuracyPercent: number(
      columns.accuracy,
      (value) => value >= 0 && value <= 100,
      'a percentage from 0 to 100',
    ),
    latenciesMs: columns.latencies.map((index) =>
      number(index, (value) => value > 0, 'a number above 0'),
    ),
    descriptors: Float64Array.from(columns.descriptors, (index) =>
      number(index, () => true, 'a number'),
    ),
  };
}

function withoutRepetition(rows: readonly TableRow[], source: string): readonly TableRow[] {
  const lineOf = new Map<string, number>();
  for (const { architecture, line } of rows) {
    const earlier = lineOf.get(architecture);
    if (earlier !== undefined)
      throw new BadInputError(
        `${source}: line ${line}, column arch: the same architecture as line ${earlier}; keep one of them`,
      );
    lineOf.set(architecture, line);
  }
  return rows;
}

function shown(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
