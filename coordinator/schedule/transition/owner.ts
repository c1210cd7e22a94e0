import { forgoCredit } from '../state/fair_share';
import { newOwner, type Owner } from '../state/owner';
import { withShare } from '../state/pool';
import { update, updatePool, type Draft } from './draft';

/** A pause may come before the first job: after a restart, or from a quick user. */
export function pauseOwner(draft: Draft, ownerId: string): void {
  const owner = draft.state.owners.get(ownerId) ?? newOwner({ ownerId, priority: 0, weight: 1 });
  saveOwner(draft, { ...owner, state: { kind: 'paused' } });
}

export function resumeOwner(draft: Draft, ownerId: string): void {
  const owner = draft.state.owners.get(ownerId);
  if (owner?.state.kind !== 'paused') return;
  saveOwner(draft, { ...owner, state: { kind: 'active' } });
  for (const name of draft.state.pools.keys()) {
    updatePool(draft, name, (pool) => {
      const share = pool.shares.get(owner.priority);
      return share === undefined
        ? pool
        : withShare(pool, owner.priority, forgoCredit(share, ownerId));
    });
  }
}

/** Saves the owner, or forgets one that has nothing to be remembered for. */
export function saveOwner(draft: Draft, owner: Owner): void {
  const { owners } = draft.state;
  const forgettable = owner.openJobs === 0 && owner.state.kind === 'active';
  update(draft, {
    owners: forgettable ? owners.delete(owner.ownerId) : owners.set(owner.ownerId, owner),
  });
}
