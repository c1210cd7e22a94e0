import type { TrainingEnd } from '../../common/training/training_task';

/** Tasks of one purpose, as far as they are done. */
export interface RunStepProgress {
  readonly name: string;
  readonly tasks: number;
  readonly done: number;
  readonly failed: number;
  /** Since the run began or went on, not before. They may have waited for other runs' tasks. */
  readonly endedHere: number;
  readonly seconds: number;
}

/** Counts the ends of one step's tasks. `seconds` is by the clock of whoever watches. */
export class StepCounter {
  #done = 0;
  #failed = 0;
  #endedHere = 0;
  #seconds = 0;
  readonly #startedAtMs: number;

  constructor(
    private readonly name: string,
    private readonly tasks: number,
    private readonly clock: { nowMs(): number },
  ) {
    this.#startedAtMs = clock.nowMs();
  }

  /** `isKept`: it had ended before the run asked. */
  ended(end: TrainingEnd, isKept: boolean): void {
    if (end.kind === 'done') this.#done += 1;
    else this.#failed += 1;
    if (isKept) return;
    this.#endedHere += 1;
    this.#seconds = (this.clock.nowMs() - this.#startedAtMs) / 1000;
  }

  progress(): RunStepProgress {
    return {
      name: this.name,
      tasks: this.tasks,
      done: this.#done,
      failed: this.#failed,
      endedHere: this.#endedHere,
      seconds: this.#seconds,
    };
  }
}
