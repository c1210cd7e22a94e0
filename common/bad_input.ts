import { oneLine } from './one_line';

/** Room for a remedy that lists what there is; what quotes more of its input tells nobody more. */
export const longestErrorLine = 1_000;

/**
 * What the user gave cannot be used. The message is one line: what, where, what was expected, and the remedy. Whatever
 * it quotes, it is printable and at most `longestErrorLine` characters long.
 * The CLI prints it alone and exits with status 2; gRPC carries it as INVALID_ARGUMENT.
 */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';

  constructor(message: string) {
    super(oneLine(message, longestErrorLine));
  }
}
