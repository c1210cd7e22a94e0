/** A clock that runs while its search does. */
export interface WallTime {
  /** Until it last stopped or started. */
  readonly ranMs: number;
  /** Null while the search does not run. */
  readonly runningSinceMs: number | null;
}

/** How long a search has been running. The coordinator's own absence counts: the clock on the wall does not wait for it. */
export function wallMsAt({ ranMs, runningSinceMs }: WallTime, nowMs: number): number {
  return ranMs + (runningSinceMs === null ? 0 : Math.max(0, nowMs - runningSinceMs));
}

/** The clock of a search that runs, or does not, from now on. */
export function wallTimeFrom(wall: WallTime, isRunning: boolean, nowMs: number): WallTime {
  return { ranMs: wallMsAt(wall, nowMs), runningSinceMs: isRunning ? nowMs : null };
}
