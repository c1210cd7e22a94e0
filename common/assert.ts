/** Stops on a broken invariant. For what callers or the outside world may get wrong, use `Result` or `BadInputError`. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${invariant}`);
}

/** For the default branch of a switch that the compiler has proved exhaustive. */
export function unreachable(value: never): never {
  throw new Error(`broken invariant: unexpected ${JSON.stringify(value)}`);
}
