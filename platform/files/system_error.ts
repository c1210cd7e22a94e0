/** What the operating system said, as `ENOENT` or `EACCES`, for the one line that the user reads. */
export function systemErrorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
