import type { SearchState, WallTime } from '../ledger/search_records';

/** How long a search has been running. The coordinator's own absence counts: the clock on the wall does not wait for it. */
export function wallMsAt({ ranMs, runningSinceMs }: WallTime, nowMs: number): number {
  return ranMs + (runningSinceMs === null ? 0 : Math.max(0, nowMs - runningSinceMs));
}

/** The clock of a search that enters `state` now. */
export function wallTimeIn(state: SearchState, wall: WallTime, nowMs: number): WallTime {
  return { ranMs: wallMsAt(wall, nowMs), runningSinceMs: state === 'running' ? nowMs : null };
}
