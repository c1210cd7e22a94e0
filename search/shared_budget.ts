import type { Spending } from './budget';

/** Results by which the growth of a target's hypervolume is judged. */
const judgedResults = 10;
/** Targets that improve at least so fast, relative to the fastest, go on beside it: the difference is no more than chance. */
const worthwhileShare = 0.5;

/** A target's search, as the budget that it shares with others sees it. */
export interface Sharer {
  readonly spent: Omit<Spending, 'wallMs'>;
  readonly inFlight: number;
  /** After each result. */
  readonly hypervolumes: readonly number[];
  /** It could propose more: devices are there, and its space has more. */
  readonly isAble: boolean;
}

/** What several targets may spend together. It goes to those whose hypervolume grows fastest for each measurement, once each has been tried. */
export class SharedBudget {
  readonly #sharers: Sharer[] = [];

  join(sharer: Sharer): void {
    this.#sharers.push(sharer);
  }

  /** Of all together. */
  get spent(): Omit<Spending, 'wallMs'> {
    return {
      measured: this.#sum(({ spent }) => spent.measured),
      phoneMs: this.#sum(({ spent }) => spent.phoneMs),
    };
  }

  get inFlight(): number {
    return this.#sum(({ inFlight }) => inFlight);
  }

  /** Whether the next measurement may be this one's. Those that cannot spend do not hold up the others. */
  favours(sharer: Sharer): boolean {
    const growth = growthOf(sharer);
    const fastest = Math.max(
      ...this.#sharers
        .filter(({ isAble }) => isAble)
        .map(growthOf)
        .filter(Number.isFinite),
      0,
    );
    return growth >= worthwhileShare * fastest;
  }

  #sum(of: (sharer: Sharer) => number): number {
    return this.#sharers.reduce((sum, sharer) => sum + of(sharer), 0);
  }
}

/** How much the hypervolume grew with the last results, relative to what it is. What has not had enough results has everything to win. */
function growthOf({ hypervolumes }: Sharer): number {
  // The first results only fix what the hypervolume is measured by.
  const before =
    hypervolumes.length < 2 * judgedResults ? 0 : (hypervolumes.at(-1 - judgedResults) ?? 0);
  const now = hypervolumes.at(-1) ?? 0;
  return before === 0 ? Infinity : (now - before) / now;
}
