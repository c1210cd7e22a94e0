import type { JobOwner } from './event';
import { withShare } from './pool';
import { forgoCredit } from './share';
import { update, updatePool, type Turn } from './turn';

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

/** A pause may come before the first job: after a restart, or from a quick user. */
export function pauseOwner(turn: Turn, ownerId: string): void {
  const owner = turn.state.owners.get(ownerId) ?? newOwner({ ownerId, priority: 0, weight: 1 });
  saveOwner(turn, { ...owner, state: { kind: 'paused' } });
}

export function resumeOwner(turn: Turn, ownerId: string): void {
  const owner = turn.state.owners.get(ownerId);
  if (owner?.state.kind !== 'paused') return;
  saveOwner(turn, { ...owner, state: { kind: 'active' } });
  for (const name of turn.state.pools.keys()) {
    updatePool(turn, name, (pool) => {
      const share = pool.shares.get(owner.priority);
      return share === undefined
        ? pool
        : withShare(pool, owner.priority, forgoCredit(share, ownerId));
    });
  }
}

/** Saves the owner, or forgets one that has nothing to be remembered for. */
export function saveOwner(turn: Turn, owner: Owner): void {
  const { owners } = turn.state;
  const forgettable = owner.openJobs === 0 && owner.state.kind === 'active';
  update(turn, {
    owners: forgettable ? owners.delete(owner.ownerId) : owners.set(owner.ownerId, owner),
  });
}
