/** A search, or one `farm bench`. Higher priority goes first; within a priority, device time is shared by weight. */
export interface JobOwner {
  readonly ownerId: string;
  readonly priority: number;
  readonly weight: number;
}

export type OwnerState = { readonly kind: 'active' } | { readonly kind: 'paused' };

/** Kept while it has open jobs or is paused. Priority and weight are those of its first open job. */
export interface Owner {
  readonly ownerId: string;
  readonly priority: number;
  readonly weight: number;
  readonly openJobs: number;
  readonly submissions: number;
  readonly state: OwnerState;
}

export function newOwner(owner: JobOwner): Owner {
  return { ...owner, openJobs: 0, submissions: 0, state: { kind: 'active' } };
}
