import { fail } from '../../common/result';
import type { StageResult } from './stage';

/** Work that several ask for: it is aborted when none of them wants it any more. */
export class SharedRun {
  readonly #result: Promise<StageResult>;
  readonly #unwanted = new AbortController();
  #askers = 0;

  constructor(start: (signal: AbortSignal) => Promise<StageResult>) {
    this.#result = start(this.#unwanted.signal);
  }

  get isUnwanted(): boolean {
    return this.#unwanted.signal.aborted;
  }

  /** The work's result, or `cancelled` as soon as the asker's signal says so. */
  async join(signal: AbortSignal): Promise<StageResult> {
    this.#askers += 1;
    let leave: (() => void) | undefined;
    const left = new Promise<StageResult>((resolve) => {
      leave = () => resolve(cancelled());
      signal.addEventListener('abort', leave);
    });
    try {
      return signal.aborted ? cancelled() : await Promise.race([this.#result, left]);
    } finally {
      if (leave !== undefined) signal.removeEventListener('abort', leave);
      this.#askers -= 1;
      if (this.#askers === 0 && signal.aborted) this.#unwanted.abort();
    }
  }
}

export function cancelled(): StageResult {
  return fail({ kind: 'cancelled', message: 'nobody wants the candidate any more' });
}
