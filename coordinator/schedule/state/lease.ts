import type { Lease } from '../../../common/job';

/** A lease that counts. What is not among these is void. */
export interface ActiveLease {
  readonly lease: Lease;
  readonly agentId: string;
  readonly grantedAtMs: number;
  readonly expiresAtMs: number;
  /** Device time charged to the owner in advance. */
  readonly chargedMs: number;
}
