/** The ledger could not read or write. Nothing of the refused write is in it. */
class LedgerError extends Error {
  override readonly name = 'LedgerError';
}

/** The driver's errors as ours. They are told by their message, not their class: a native addon makes them, once per process. */
export function toLedgerError(reason: unknown): LedgerError {
  const message =
    typeof reason === 'object' && reason !== null && 'message' in reason
      ? String(reason.message)
      : String(reason);
  return new LedgerError(message, { cause: reason });
}
