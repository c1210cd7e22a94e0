export interface BackoffPolicy {
  readonly firstDelayMs: number;
  readonly largestDelayMs: number;
}

/**
 * Delay before retry `attempt` (0 = the first retry): exponential with full jitter, so that many clients
 * that lost the same server do not come back in step. `uniform` is in [0, 1).
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffDelayMs(policy: BackoffPolicy, attempt: number, uniform: number): number {
  const ceiling = Math.min(policy.largestDelayMs, policy.firstDelayMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * uniform;
}
