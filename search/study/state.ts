import { List, OrderedMap } from 'immutable';
import type { Job } from '../../common/job';
import { fleetAimOf } from '../spec/search_spec';
import { emptyFleet, type Fleet } from './fleet';
import { emptyLane, type Lane } from './lane';
import type { Phase } from './phase';
import type { SearchState, WaitingRequest } from './request';
import type { StudySettings } from './settings';
import type { WallTime } from './wall_time';

/** A job that has not ended, and what it is for. */
export interface StudyJob {
  readonly job: Job;
  /** The target's name. */
  readonly target: string;
  readonly architecture: string;
  readonly purpose:
    | { readonly kind: 'trial' | 'second-look' }
    | { readonly kind: 'confirmation'; readonly round: number };
}

/** One search: immutable throughout. */
export interface Study {
  readonly settings: StudySettings;
  readonly accuracyPercentOf: (architecture: string) => number;
  /** The latest time that any event brought. */
  readonly nowMs: number;
  readonly wall: WallTime;
  readonly phase: Phase;
  /** First come first; served while the phase lasts. */
  readonly requests: List<WaitingRequest>;
  /** In the order of the targets. */
  readonly lanes: readonly Lane[];
  /** Where one strategy proposes for all targets; null where each has its own. */
  readonly fleet: Fleet | null;
  /** In the ledger and not ended, in the order in which they were saved. */
  readonly jobs: OrderedMap<string, StudyJob>;
  readonly extensionIds: List<string>;
  /** In a row. */
  readonly buildFailures: number;
}

interface StudyOptions {
  readonly settings: StudySettings;
  readonly accuracyPercentOf: (architecture: string) => number;
  readonly state: SearchState;
  readonly wall: WallTime;
  readonly nowMs: number;
}

/** A study before it is told what the ledger has of it. */
export function openStudy({ settings, state, ...rest }: StudyOptions): Study {
  return {
    ...rest,
    settings,
    phase: { kind: 'replaying', into: state, heard: List() },
    requests: List(),
    lanes: settings.spec.targets.map(emptyLane),
    fleet:
      fleetAimOf(settings.spec) === undefined ? null : emptyFleet(settings.spec.targets.length),
    jobs: OrderedMap(),
    extensionIds: List(),
    buildFailures: 0,
  };
}

export function laneOf(study: Study, target: string): Lane | undefined {
  return study.lanes.find((lane) => lane.target.name === target);
}

export function isExternal({ settings }: Study): boolean {
  return settings.spec.strategy.kind === 'external';
}
