import type { ArtifactDigest } from '../../common/artifact';
import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';
import type { TrainingEngine } from '../engine/engine';
import type { StoredFormat, TaskProgress } from '../task/task_context';

/** What the engine is opened with, once per process. */
export interface EngineWish {
  readonly engine: 'auto' | TrainingEngine['kind'];
  readonly threads: number;
}

export type EngineFact = Pick<TrainingEngine, 'kind' | 'reason'>;

/** All that a process needs for a task, so that it need not ask while it blocks. */
export interface TaskOrder {
  readonly taskId: string;
  readonly task: TrainingTask;
  readonly files: ReadonlyMap<ArtifactDigest, string>;
  readonly dataFolder: string;
  /** Where files go that the outcome names. */
  readonly outbox: string;
  readonly featureCacheBytes: number;
  readonly memoryCeilingBytes: number;
}

export interface OutboxFile {
  readonly digest: ArtifactDigest;
  readonly path: string;
  readonly format: StoredFormat;
}

export type TaskRequest =
  | { readonly kind: 'open'; readonly wish: EngineWish }
  | { readonly kind: 'perform'; readonly order: TaskOrder };

/** Why a process could not bring its task to an end. */
export interface TaskInterruption {
  /** `paused`: it holds too much memory, and a checkpoint is there. `disk-full`: nothing can be done on this machine for a while. */
  readonly kind: 'paused' | 'disk-full' | 'broken';
  /** One line. */
  readonly message: string;
}

export interface PerformedTask {
  readonly end: TrainingEnd;
  readonly stored: readonly OutboxFile[];
}

export type TaskReply =
  | { readonly kind: 'opened'; readonly engine: EngineFact }
  /** Once, in place of `opened`: the engine that is asked for cannot be had. */
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'progress'; readonly progress: TaskProgress }
  | { readonly kind: 'performed'; readonly performed: PerformedTask }
  | { readonly kind: 'interrupted'; readonly interruption: TaskInterruption };
