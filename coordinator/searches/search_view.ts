import type { SearchState } from '../ledger/ledger';
import type { FrontPick } from '../search/front_pick';
import type { TargetProgress } from '../search/target_search';
import type { ConfirmationProgress } from './confirmation';
import type { LatencyInterval } from './latency_interval';
import type { FleetMember } from '../search/joint/fleet_front';
import type { FleetAim } from '../search/joint/fleet_latency';
import type { Trust } from './trust';

/** What is shown of a search. */
export interface SearchView {
  readonly searchId: string;
  readonly name: string;
  readonly state: SearchState;
  readonly space: string;
  readonly strategy: string;
  /** 0 where the strategy is an outside searcher. */
  readonly seed: number;
  readonly createdAtMs: number;
  /** The targets' budgets are one, for all of them together. */
  readonly isBudgetShared: boolean;
  /** How long it has been running, pauses left out. */
  readonly wallMs: number;
  readonly targets: readonly ({ readonly target: string; readonly picks: readonly FrontPick[] } & TargetProgress & ConfirmationProgress)[];
  /** Why the farm paused the search by itself; null when it did not. */
  readonly problem: string | null;
}

/** One non-dominated architecture of one target, by all its measurements of the search. */
export interface FrontPoint {
  readonly architecture: string;
  readonly accuracyPercent: number;
  readonly latencyMs: number;
  /** Over all samples; null where the tool gives none. */
  readonly latencyP5Ms: number | null;
  readonly latencyP95Ms: number | null;
  readonly interval: LatencyInterval;
  readonly trust: Trust;
  readonly sizeBytes: number;
  readonly deviceSerial: string;
  /** The search's first measurement of it. */
  readonly jobId: string;
  readonly artifactDigest: string;
  readonly caveats: readonly string[];
  /** The job of an earlier search or benchmark that made the measurement; null when it was made for this search. */
  readonly reusedFromJobId: string | null;
}

/** The front over all targets of a search. */
export interface FleetFrontView {
  readonly aim: FleetAim;
  readonly targets: readonly string[];
  readonly members: readonly FleetMember[];
}

export interface FrontView {
  readonly target: string;
  /** Fastest first. */
  readonly points: readonly FrontPoint[];
  /** After each measurement; coordinator/search/front.ts says of what. */
  readonly hypervolumes: readonly number[];
}
