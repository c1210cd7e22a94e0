import { oneLine } from './one_line';

/** Room for a remedy that lists what there is; what quotes more of its input tells nobody more. */
export const longestErrorLine = 1_000;

/** What kind of no it is, for programs; who reads it has the message. */
export type FarmErrorCode =
  /** What was given cannot be used as it is. */
  | 'invalid'
  /** It names something that there is not. */
  | 'not-found'
  /** What is asked does not go with the state that things are in. */
  | 'conflict'
  /** A limit is reached; the same may be taken later, or in smaller pieces. */
  | 'exhausted'
  /** Nobody answers. */
  | 'unavailable'
  /** Somebody does, but not in time. */
  | 'timed-out'
  /** Who asked has left. */
  | 'cancelled'
  /** It was tried, and did not work. */
  | 'failed';

/**
 * A failure that its reader is meant to see. The message is one line: what, where, what was expected, and the remedy.
 * Whatever it quotes, it is printable and at most `longestErrorLine` characters long. The code decides the status of a
 * gRPC call (proto/codec/status.ts) and of a command (cli/exit_status.ts).
 */
export class FarmError extends Error {
  override readonly name: string = 'FarmError';

  constructor(
    readonly code: FarmErrorCode,
    message: string,
  ) {
    super(oneLine(message, longestErrorLine));
  }
}
