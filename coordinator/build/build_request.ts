import type { Result } from '../../common/result';

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

export type BuildFailureKind = 'failed' | 'crashed' | 'deadline-exceeded' | 'queue-full' | 'closed';

/** Why there is no model. That is the farm's trouble: nothing follows for the architecture. */
export interface BuildFailure {
  readonly kind: BuildFailureKind;
  readonly message: string;
}

export type BuildResult = Result<BuildOutput, BuildFailure>;

/** What the worker answers; one answer to each request, in their order. */
export type BuildReply = { readonly ok: true; readonly value: BuildOutput } | { readonly ok: false; readonly message: string };
