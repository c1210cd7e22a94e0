import type { ArtifactDigest } from '../../common/artifact';
import { FarmError } from '../../common/farm_error';
import type {
  TrainingEnd,
  TrainingOutcome,
  TrainingTask,
} from '../../common/training/training_task';
import type { TaskContext, TaskPerformers } from '../task/task_context';

/** Does a task and says what became of it. @throws TaskPaused, and whatever is not the task's own fault */
export async function performTask(
  task: TrainingTask,
  context: TaskContext,
  performers: TaskPerformers,
): Promise<TrainingEnd> {
  try {
    return { kind: 'done', outcome: await dispatch(task, context, performers) };
  } catch (error) {
    if (error instanceof FarmError) return { kind: 'failed', reason: error.message };
    throw error;
  }
}

function dispatch(
  task: TrainingTask,
  context: TaskContext,
  performers: TaskPerformers,
): Promise<TrainingOutcome> {
  switch (task.kind) {
    case 'block':
      return performers.block(task, context);
    case 'network':
      return performers.network(task, context);
    case 'probe':
      return performers.probe(task, context);
  }
}

/** All that a worker must fetch before it can begin, each once. */
export function artifactsOf(task: TrainingTask): readonly ArtifactDigest[] {
  const weights = task.kind === 'block' ? [] : task.blocks.flatMap((block) => block.weights ?? []);
  return [...new Set([task.reference.model, ...weights])];
}

/** One line for those who watch. */
export function describeTask(task: TrainingTask): string {
  const of = `of ${task.reference.name}`;
  switch (task.kind) {
    case 'block':
      return `block ${task.block + 1} ${of}`;
    case 'network':
      return `a network of ${task.blocks.length} blocks ${of}`;
    case 'probe':
      return `a probe ${of}`;
  }
}
