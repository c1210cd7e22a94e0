import type { DeviceKind, DeviceState } from './device';

/** What one tool run reported. Tools that print only aggregates leave us those; everything they said is kept. */
export type Timings =
  | { readonly kind: 'samples'; readonly samplesMs: readonly number[] }
  | { readonly kind: 'aggregate'; readonly aggregate: TimingAggregate };

export interface TimingAggregate {
  readonly count: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly meanMs: number;
  readonly sdMs: number;
  readonly p5Ms: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** One process run of the benchmark tool. */
export interface Session {
  readonly timings: Timings;
  readonly initMs: number | null;
  readonly peakMemoryBytes: number | null;
}

/** Over one session, or over all. A quantile that the tool does not give is null, never guessed. */
export interface Summary {
  readonly n: number;
  readonly minMs: number;
  readonly p5Ms: number | null;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p95Ms: number | null;
  readonly meanMs: number;
  readonly sdMs: number;
}

/** How long things took on the farm's side: the difference to the tool's own time is the farm's overhead. */
export interface StageTimes {
  readonly fetchMs: number;
  readonly pushMs: number;
  readonly readinessMs: number;
  readonly measureMs: number;
  readonly cleanUpMs: number;
}

export interface Conditions {
  readonly deviceSerial: string;
  /** As the device told it: what a virtual phone says is simulated. */
  readonly deviceKind: DeviceKind;
  readonly soc: string;
  readonly osBuild: string;
  readonly agentVersion: string;
  readonly tool: string;
  readonly toolVersion: string | null;
  /** Names the tool's files: the SHA-256 of its only one, or of their list. */
  readonly toolDigest: string | null;
  /** The command as it ran, for repetition by hand. */
  readonly command: string;
  readonly threads: number;
  /** What was timed, for example `onnxruntime Run()`. Numbers with different boundaries are not comparable. */
  readonly boundary: string;
  /** Share of the model's nodes that ran on the target's unit, where the tool proves it. */
  readonly unitShare: number | null;
  readonly before: DeviceState;
  readonly after: DeviceState;
  /** Reasons to distrust the number, one line each; empty = trusted. */
  readonly caveats: readonly string[];
}

export interface Measurement {
  /** The headline: median over the sessions of each session's median (of its mean where the tool gives no median). */
  readonly latencyMs: number;
  readonly sessions: readonly Session[];
  readonly sessionSummaries: readonly Summary[];
  readonly summary: Summary;
  /** Coefficient of variation of the sessions' headline values; null for a single session. */
  readonly betweenSessionsCv: number | null;
  readonly conditions: Conditions;
  readonly stages: StageTimes;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}
