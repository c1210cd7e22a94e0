import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import type { Target } from '../../common/target';
import type { CandidatePreparation } from '../candidates/candidate_preparation';
import type { JobListener } from '../engine/job_update';
import type { Ledger } from '../ledger/ledger';
import type { UntimedEvent } from '../schedule/event/event';
import type { SpecReader } from './spec_reader';
import type { SearchCatalog } from './search_catalog';
import type { OpenStrategist } from './strategist/strategist';

/** What searches need of the engine. Submitting a job that it knows already must change nothing. */
export interface SearchEngine {
  dispatch(event: UntimedEvent): void;
  /** One listener per owner; the returned function ends it. */
  listen(ownerId: string, listener: JobListener): () => void;
}

export interface SearchParts {
  readonly engine: SearchEngine;
  readonly ledger: Pick<
    Ledger,
    | 'references'
    | 'predictors'
    | 'searches'
    | 'candidates'
    | 'confirmations'
    | 'proposals'
    | 'jobs'
    | 'measurements'
    | 'devices'
  >;
  readonly candidates: CandidatePreparation;
  readonly catalog: SearchCatalog;
  readonly specs: SpecReader;
  readonly openStrategist: OpenStrategist;
  /** Devices that offer the target and are attached now. */
  readonly deviceCount: (target: Target) => number;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** The ledger or the artifact store cannot be written: the program must end. Called once or more. */
  readonly onFailure: (error: Error) => void;
}
