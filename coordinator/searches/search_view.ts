import type { DeviceKind } from '../../common/device';
import type { Budget, Spending } from '../../search/spec/budget';
import type { ConfirmationProgress } from '../../search/study/confirming';
import type { EndCounts } from '../../search/study/lane';
import type { LatencyInterval } from '../../search/study/latency_interval';
import type { SearchState } from '../../search/study/request';
import type { WallTime } from '../../search/study/wall_time';
import type { FrontPick } from '../../search/front/front_pick';
import type { AccuracyStatement } from './accuracy_statement';
import type { FleetMember } from '../../search/joint/fleet_front';
import type { FleetAim } from '../../search/spec/fleet_aim';
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
  readonly wall: WallTime;
  readonly targets: readonly TargetProgressView[];
  /** Why the farm paused the search by itself; null when it did not. */
  readonly problem: string | null;
  /** Digests of the models on its fronts once it has ended, that over all targets included; none before, when the fronts still move. */
  readonly frontModels: readonly string[];
}

/** What is shown of a search on one target. */
export interface TargetProgressView extends ConfirmationProgress, EndCounts {
  readonly target: string;
  readonly budget: Budget;
  /** Of the budget: this target's own, or of all that share it. */
  readonly spent: Omit<Spending, 'wallMs'>;
  /** Of this target's trials. */
  readonly phoneMs: number;
  readonly inFlight: number;
  readonly frontSize: number;
  /** Of what the search measured first, so that it can only grow; null while what it is a share of still moves. */
  readonly hypervolume: number | null;
  /** Of the front as it stands, confirmations included, as `farm search front` tells it. */
  readonly frontHypervolume: number;
  /** Would be on the front, were their latencies known to better than their own size. */
  readonly uncertain: number;
  /** How many of all measurements are of virtual phones. */
  readonly virtualMeasurements: number;
  /** Of the front as it stands, confirmations included. */
  readonly picks: readonly (FrontPick & { readonly isVirtual: boolean })[];
}

/** One non-dominated architecture of one target, by all its measurements of the search. */
export interface FrontPoint {
  readonly architecture: string;
  /** Of its network, equal in all spaces. */
  readonly hash: string;
  readonly accuracyPercent: number;
  readonly latencyMs: number;
  /** Over all samples; null where the tool gives none. */
  readonly latencyP5Ms: number | null;
  readonly latencyP95Ms: number | null;
  readonly interval: LatencyInterval;
  readonly trust: Trust;
  readonly sizeBytes: number;
  readonly deviceSerial: string;
  /** `virtual` where any of its measurements is simulated. */
  readonly deviceKind: DeviceKind;
  /** Timed inferences of all sessions together. */
  readonly runs: number;
  readonly threads: number;
  /** Of the hottest sensor, least and most before and after its measurements; null where there is none. */
  readonly celsius: readonly [least: number, most: number] | null;
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
  readonly members: readonly (FleetMember & { readonly hash: string })[];
  /** Those on which virtual phones measured. */
  readonly virtualTargets: readonly string[];
  readonly statement: AccuracyStatement;
}

export interface FrontView {
  readonly target: string;
  /** Fastest first. */
  readonly points: readonly FrontPoint[];
  /** Would be points, were their latencies known to better than their own size; fastest first. */
  readonly uncertain: readonly FrontPoint[];
  /** What the points dominate, by the reference of the search's hypervolume. */
  readonly hypervolume: number;
  readonly statement: AccuracyStatement;
  /** After each measurement; coordinator/search/front.ts says of what. */
  readonly hypervolumes: readonly number[];
}
