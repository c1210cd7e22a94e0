import { BadInputError } from '../../common/bad_input';

/**
 * NAS-Bench-201's operations (Dong and Yang, ICLR 2020, https://arxiv.org/abs/2001.00326) in the order of the digits
 * that op vectors use.
 */
export const operations = [
  'none',
  'skip_connect',
  'nor_conv_1x1',
  'nor_conv_3x3',
  'avg_pool_3x3',
] as const;
export type CellOperation = (typeof operations)[number];

/** From node, to node. Node 0 is the cell's input, node 3 its output. */
export const edges = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 3],
  [1, 3],
  [2, 3],
] as const;

/** One operation per edge, in the order of `edges`. */
export type Cell = readonly [
  CellOperation,
  CellOperation,
  CellOperation,
  CellOperation,
  CellOperation,
  CellOperation,
];

export const cellCount = operations.length ** edges.length;

const example = '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|avg_pool_3x3~0|none~1|skip_connect~2|';

/** Reads `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|` or six digits. @throws BadInputError with the part that is wrong */
export function parseCell(text: string): Cell {
  return /^[0-9]+$/.test(text) ? parseOpVector(text) : parseCellString(text);
}

/** The cell string, the inverse of `parseCell`. */
export function formatCell(cell: Cell): string {
  const [a, b, c, d, e, f] = cell;
  return `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`;
}

/** Six digits in the order of `edges`: 0 none, 1 skip, 2 conv 1x1, 3 conv 3x3, 4 average pool 3x3. */
export function formatOpVector(cell: Cell): string {
  return cell.map((operation) => operations.indexOf(operation)).join('');
}

/** The cell whose op vector is `index` written with base 5; 0 ≤ index < cellCount. */
export function cellAt(index: number): Cell {
  return parseOpVector(index.toString(operations.length).padStart(edges.length, '0'));
}

/** The inverse of `cellAt`. */
export function cellIndex(cell: Cell): number {
  return Number.parseInt(formatOpVector(cell), operations.length);
}

/** All 15,625 cells, connected or not, by index. */
export function* allCells(): Generator<Cell> {
  for (let index = 0; index < cellCount; index += 1) yield cellAt(index);
}

function parseOpVector(text: string): Cell {
  if (text.length !== edges.length)
    throw new BadInputError(
      `cell "${text.slice(0, 40)}": ${text.length} digits; expected ${edges.length}, for example 312401`,
    );
  return toCell(Array.from(text, (digit) => operations[Number(digit)] ?? wrongDigit(text, digit)));
}

function wrongDigit(text: string, digit: string): never {
  throw new BadInputError(
    `cell "${text}": digit ${digit} is no operation; expected 0 to ${operations.length - 1} (${operations.join(', ')})`,
  );
}

function parseCellString(text: string): Cell {
  const shown = text.slice(0, 120);
  const groups = text.split('+');
  if (groups.length !== 3)
    throw new BadInputError(
      `cell "${shown}": ${groups.length} nodes; expected 3 joined by +, for example ${example}`,
    );
  return toCell(groups.flatMap((group, index) => parseNode(group, index + 1, shown)));
}

function parseNode(group: string, node: number, shown: string): CellOperation[] {
  const parts = group.split('|');
  if (parts.length !== node + 2 || parts[0] !== '' || parts.at(-1) !== '') {
    throw new BadInputError(
      `cell "${shown}": node ${node} is "${group}"; expected ${node} edge(s) between bars, for example ${example}`,
    );
  }
  return parts.slice(1, -1).map((part, source) => parseEdge(part, source, { node, shown }));
}

function parseEdge(
  part: string,
  source: number,
  at: { readonly node: number; readonly shown: string },
): CellOperation {
  const [name = '', from = '', ...rest] = part.split('~');
  if (rest.length > 0 || from !== String(source)) {
    throw new BadInputError(
      `cell "${at.shown}": edge ${source} of node ${at.node} is "${part}"; expected <operation>~${source}`,
    );
  }
  const operation = operations.find((known) => known === name);
  if (operation === undefined)
    throw new BadInputError(
      `cell "${at.shown}": "${name}" is no operation; expected one of ${operations.join(', ')}`,
    );
  return operation;
}

function toCell(list: readonly CellOperation[]): Cell {
  const [a, b, c, d, e, f] = list;
  if (
    a === undefined ||
    b === undefined ||
    c === undefined ||
    d === undefined ||
    e === undefined ||
    f === undefined
  ) {
    throw new BadInputError(`cell has ${list.length} edges; expected ${edges.length}`);
  }
  return [a, b, c, d, e, f];
}
