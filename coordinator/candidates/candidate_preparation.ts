import type { SpaceReference } from '../../model/space/space_reference';
import type { Artifact, ArtifactDigest } from '../../common/artifact';
import type { CandidateFault } from '../../common/fault';
import type { Result } from '../../common/result';
import type { Target } from '../../common/target';
import type { ProcessFailure } from '../../platform/processes/process_failure';

/** An architecture, and all else that determines the bytes that a target is to run. */
export interface PreparationRequest {
  readonly space: SpaceReference;
  readonly architecture: string;
  readonly model: ModelSettings;
  /** Where its blocks are trained; of other networks all weights are drawn. */
  readonly trained?: TrainedNetwork | undefined;
  readonly target: Target;
}

/** A reference's stem and head around blocks that were trained to stand between them; the files are in the store. */
export interface TrainedNetwork {
  /** The reference's name. */
  readonly reference: string;
  readonly model: ArtifactDigest;
  readonly cuts: readonly string[];
  /** Of each block. */
  readonly weights: readonly ArtifactDigest[];
}

/** How the networks of a search are made. */
interface ModelSettings {
  /** Of NAS-Bench-201; other spaces have none. */
  readonly cellsPerStage?: number | undefined;
  /** Of the weights and of the calibration images. */
  readonly seed: number;
}

/** What a network costs, whatever runs it. */
export interface PreparedCosts {
  readonly macs: number;
  readonly parameters: number;
  readonly peakActivationBytes: number;
}

export interface PreparedModel {
  /** In the store and in the ledger. */
  readonly artifact: Artifact;
  readonly costs: PreparedCosts;
}

/** Why there is no model. That is the farm's trouble: nothing follows for the architecture. */
export type BuildFailure = ProcessFailure;

/** The way from architectures to what targets run. */
export interface CandidatePreparation {
  /**
   * Never rejects but when the store or the ledger cannot be written. Whoever aborts the signal hears `cancelled` at once; the work
   * goes on for others that asked for the same.
   */
  prepare(
    request: PreparationRequest,
    signal: AbortSignal,
  ): Promise<Result<PreparedModel, CandidateFault | BuildFailure>>;
}
