import type { List } from 'immutable';
import type { JobEnded } from './event';
import type { SearchExtension, SearchState } from './request';
import type { WallTime } from './wall_time';

/** What is being written, and holds once the ledger has it. */
export interface NextState {
  readonly state: SearchState;
  readonly wall: WallTime;
  /** Why the farm pauses the search by itself. */
  readonly problem: string | null;
  /** What grows with it. */
  readonly extension: SearchExtension | null;
  /** Whoever waits for it; null where nobody does. */
  readonly requestId: number | null;
}

/** Where a study is in its life. */
export type Phase =
  /** The ledger is being read. What the engine says meanwhile is heard afterwards. */
  | { readonly kind: 'replaying'; readonly into: SearchState; readonly heard: List<JobEnded> }
  /** Proposes; everything else only ends what it has begun. */
  | { readonly kind: 'running' }
  | { readonly kind: 'paused'; readonly problem: string | null }
  | { readonly kind: 'finished' }
  | { readonly kind: 'stopped' }
  /** Nothing is begun until the ledger has `next`; until then `from` is what is shown. */
  | {
      readonly kind: 'saving';
      readonly from: SearchState;
      readonly problem: string | null;
      readonly next: NextState;
    };

/** The phase of a state that the ledger has. */
export function lastingPhase(state: SearchState, problem: string | null): Phase {
  return state === 'paused' ? { kind: state, problem } : { kind: state };
}

/** What is shown of a phase. */
export function stateOf(phase: Phase): SearchState {
  switch (phase.kind) {
    case 'replaying':
      return phase.into;
    case 'saving':
      return phase.from;
    default:
      return phase.kind;
  }
}

export function problemOf(phase: Phase): string | null {
  return phase.kind === 'paused' || phase.kind === 'saving' ? phase.problem : null;
}

/** Over for good, or until its budget grows: nothing more is saved. */
export function isOver(phase: Phase): boolean {
  const state = stateOf(phase);
  return state === 'stopped' || state === 'finished';
}
