import type { BuildFailure } from '../candidates/candidate_preparation';

/** Builds that may fail in a row before the search pauses: one can be bad luck, so many mean that the builder is broken. */
const mostInRow = 10;

/** Tells a broken builder from bad luck. */
export class BuildFailures {
  #inRow = 0;

  forget(): void {
    this.#inRow = 0;
  }

  /** Counts a build; says why the search must pause, if it must. */
  count(failure: BuildFailure | undefined): string | undefined {
    this.#inRow = failure === undefined ? 0 : this.#inRow + 1;
    if (failure === undefined || this.#inRow < mostInRow) return undefined;
    return `${mostInRow} models in a row could not be built: ${failure.message}; resume the search when that is mended`;
  }
}
