/**
 * What the user gave cannot be used. The message is one line: what, where, what was expected, and the remedy.
 * The CLI prints it alone and exits with status 2; gRPC carries it as INVALID_ARGUMENT.
 */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
}
