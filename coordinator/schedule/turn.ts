import type { SchedulerEffect } from './effect';
import { emptyPool, isEmptyPool, type Pool } from './pool';
import type { SchedulerState } from './state';

/** The working copy of one step: the state that grows towards the next one, and the effects so far, in order. */
export interface Turn {
  state: SchedulerState;
  readonly effects: SchedulerEffect[];
}

export function update(turn: Turn, changes: Partial<SchedulerState>): void {
  turn.state = { ...turn.state, ...changes };
}

export function updatePool(turn: Turn, name: string, change: (pool: Pool) => Pool): void {
  const before = turn.state.pools.get(name) ?? emptyPool;
  const after = change(before);
  if (after === before) return;
  update(turn, {
    pools: isEmptyPool(after) ? turn.state.pools.delete(name) : turn.state.pools.set(name, after),
  });
}
