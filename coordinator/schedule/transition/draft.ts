import type { SchedulerEffect } from '../event/effect';
import { emptyPool, isEmptyPool, type Pool } from '../state/pool';
import type { SchedulerState } from '../state/scheduler_state';

/** The working copy of one step: the state that grows towards the next one, and the effects so far, in order. */
export interface Draft {
  state: SchedulerState;
  readonly effects: SchedulerEffect[];
}

export function update(draft: Draft, changes: Partial<SchedulerState>): void {
  draft.state = { ...draft.state, ...changes };
}

/** The fleet itself has changed, not only what it works on. */
export function raiseFleetVersion(draft: Draft): void {
  update(draft, { fleetVersion: draft.state.fleetVersion + 1 });
}

export function updatePool(draft: Draft, name: string, change: (pool: Pool) => Pool): void {
  const before = draft.state.pools.get(name) ?? emptyPool;
  const after = change(before);
  if (after === before) return;
  update(draft, {
    pools: isEmptyPool(after) ? draft.state.pools.delete(name) : draft.state.pools.set(name, after),
  });
}
