import type { ArtifactDigest } from '../../common/artifact';
import type {
  BlockOutcome,
  BlockTask,
  NetworkOutcome,
  NetworkTask,
  ProbeOutcome,
  ProbeTask,
} from '../../common/training/training_task';
import type { TrainingEngine } from '../engine/engine';

/** How far a task has come. Its first sign of life tells the broker that the task is in hands, so it is said at least every few seconds. */
export interface TaskProgress {
  /** From 0 to 1. */
  readonly share: number;
  /** The newest; null where nothing is trained. */
  readonly loss: number | null;
}

/** What a process has for one task. Whatever is done with it may be done twice: the process can be killed at any instruction. */
export interface TaskContext {
  readonly taskId: string;
  readonly engine: TrainingEngine;
  /** The machine's, shared by all its processes and kept over restarts: teacher features below it, checkpoints of long tasks. */
  readonly dataFolder: string;
  /** Of the teacher's features on disk. */
  readonly featureCacheBytes: number;
  /** The file of an artifact that the task names. @throws Error for another one */
  obtain(digest: ArtifactDigest): string;
  /** Keeps bytes that the outcome names; they are uploaded before the outcome is told. */
  store(bytes: Uint8Array, format: StoredFormat): Promise<ArtifactDigest>;
  readonly progress: (progress: TaskProgress) => void;
  /** Lets the process hear its parent: awaited between steps, for training blocks everything else. */
  breathe(): Promise<void>;
  /** The process holds more memory than it may: save a checkpoint and end with `TaskPaused`; another process goes on. */
  shouldPause(): boolean;
}

export type StoredFormat = 'onnx' | 'npz';

/** The task is not at its end, but this process must make room; what was done is in a checkpoint. */
export class TaskPaused extends Error {}

/** How each kind of task is done. A FarmError that is thrown is the task's own failure; anything else is the process's, and another one tries. */
export interface TaskPerformers {
  readonly block: (task: BlockTask, context: TaskContext) => Promise<BlockOutcome>;
  readonly network: (task: NetworkTask, context: TaskContext) => Promise<NetworkOutcome>;
  readonly probe: (task: ProbeTask, context: TaskContext) => Promise<ProbeOutcome>;
}
