import type { Reference } from '../../common/training/reference';
import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';

/** What a run may ask of the coordinator while it is under way. */
export interface RunContext {
  readonly runId: string;
  /**
   * What became of each task, in their order. Those that were done before, by whatever run, come at once; the others wait for workers. `step` names them in the
   * run's progress.
   */
  perform(step: string, tasks: readonly TrainingTask[]): Promise<readonly TrainingEnd[]>;
  /** @throws BadInputError for a name that is not registered */
  reference(name: string): Promise<Reference>;
  /** Somebody has stopped the run; `perform` rejects then. */
  readonly signal: AbortSignal;
  /** A line for those who watch. */
  note(line: string): void;
}

/**
 * A piece of the user's work that takes many tasks: a library, a predictor, finetuned picks. It is a function of tasks that are kept, and of nothing else that
 * lasts: a run that died with the coordinator begins again, finds done what was done, and so goes on where it was. Requests travel as JSON, and each kind knows its own.
 */
export interface RunKind {
  readonly kind: string;
  /** @throws BadInputError that names the field */
  readRequest(json: unknown): unknown;
  /** The name of the reference that a request is about. */
  referenceOf(request: unknown): string;
  /** What comes of it is kept as JSON. @throws BadInputError for what the user can mend, FarmError when the work failed */
  run(request: unknown, context: RunContext): Promise<unknown>;
}
