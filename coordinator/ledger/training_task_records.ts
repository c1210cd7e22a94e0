import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';

export interface IdentifiedTask {
  readonly taskId: string;
  readonly task: TrainingTask;
}

export interface EndedTask extends IdentifiedTask {
  readonly end: TrainingEnd;
}

/** Where a page begins: behind this task. */
export interface EndedTaskQuery {
  readonly referenceDigest: string;
  readonly kind: TrainingTask['kind'];
  readonly afterTaskId?: string;
  readonly most: number;
}

/** The tasks of training and what became of them. */
export interface TrainingTaskRecords {
  /** Those that are there already stay as they are. */
  queue(tasks: readonly IdentifiedTask[], atMs: number): Promise<void>;
  /** The first end of a task stays: false, and nothing changed, for another one and for a task that is not known. */
  end(taskId: string, end: TrainingEnd, atMs: number): Promise<boolean>;
  /** Of those that have ended. */
  ends(taskIds: readonly string[]): Promise<ReadonlyMap<string, TrainingEnd>>;
  /** Those that have ended, in the order of their ids. */
  ended(query: EndedTaskQuery): Promise<readonly EndedTask[]>;
}
