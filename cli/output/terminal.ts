/** Where a command writes: results to `print`, everything for human eyes only to `note`. */
export interface Terminal {
  /** A line on standard output. */
  readonly print: (text: string) => void;
  /** A line on standard error. */
  readonly note: (text: string) => void;
  /** Standard error is a terminal, so that progress may be redrawn in place. */
  readonly interactive: boolean;
}

export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  interactive: process.stderr.isTTY,
};
