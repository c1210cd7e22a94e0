import type { CandidateFault } from '../../common/fault';
import type { Result } from '../../common/result';
import type { BuildFailure, PreparationRequest, PreparedModel } from './candidate_preparation';

/** A network before anything of it is built. */
export type NetworkRequest = Omit<PreparationRequest, 'target'>;

export interface StageTask {
  readonly network: NetworkRequest;
  /** What the stage before made, in the store; undefined for the first. */
  readonly previous: PreparedModel | undefined;
}

export type StageResult = Result<PreparedModel, CandidateFault | BuildFailure>;

/** What a stage may take of the machine, or of the program that works for it. */
export interface StageLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

/**
 * One step on the way from an architecture to what a target runs, of this program or of another. Equal tasks must give equal bytes.
 * To add one, implement this and name it in `stages_of.ts`.
 */
export interface Stage {
  /** With its settings, as in `int8`: stages of equal names make the same of the same. */
  readonly name: string;
  /** Part of what its outputs are known by; to be raised with every change of the bytes that it makes. */
  readonly version: number;
  readonly limits: StageLimits;
  /** What it makes is in the store when this resolves. The signal says that nobody wants it any more: then anything may be answered. */
  run(task: StageTask, signal: AbortSignal): Promise<StageResult>;
}
