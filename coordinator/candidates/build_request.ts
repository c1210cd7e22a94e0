import type { Result } from '../../common/result';
import type { ThreadFailure, ThreadReply } from '../../platform/threads/thread_failure';

/** All that determines the bytes of a candidate's model. */
export interface BuildRequest {
  readonly space: string;
  readonly architecture: string;
  /** Of NAS-Bench-201; other spaces have none. */
  readonly cellsPerStage?: number | undefined;
  readonly seed: number;
}

export interface BuildOutput {
  /** int8 QDQ ONNX. */
  readonly model: Uint8Array;
  readonly macs: number;
  readonly parameters: number;
  readonly peakActivationBytes: number;
}

export type BuildResult = Result<BuildOutput, ThreadFailure>;

export type BuildReply = ThreadReply<BuildOutput>;
