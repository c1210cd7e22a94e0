import { printable } from './printable';

/** Where a command writes: results to `print`, everything for human eyes only to `note`. */
export interface Terminal {
  /** A line on standard output. */
  readonly print: (text: string) => void;
  /** A line on standard error. */
  readonly note: (text: string) => void;
  /** Standard error is a terminal, so that progress may be redrawn in place. */
  readonly interactive: boolean;
  /** Of standard output; 0 where it is no terminal. */
  readonly columns: number;
}

/** From here on a table has room for what its numbers rest on. */
const wideColumns = 200;

/** Whether a table is to have those columns: asked for, or because there is room. */
export function isWideTable({ wide }: { readonly wide?: boolean }, { columns }: Terminal): boolean {
  return wide === true || columns >= wideColumns;
}

export interface Screen {
  write(text: string): void;
  readonly columns: number;
}

/** Where the terminal does not say how wide it is. */
const usualColumns = 80;

/** The one way to the terminal: whatever a text quotes, the terminal obeys none of it. */
export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${printable(text)}\n`),
  note: (text) => void process.stderr.write(`${printable(text)}\n`),
  interactive: process.stderr.isTTY,
  get columns() {
    return process.stdout.isTTY ? process.stdout.columns : 0;
  },
};

/** Standard error as a screen, for what is redrawn in place; whoever writes to it makes the text printable. */
export const processScreen: Screen = {
  write: (text) => void process.stderr.write(text),
  get columns() {
    return process.stderr.columns || usualColumns;
  },
};
