/** What a search may spend on one target. At least one limit is given; the first that is reached ends the search there. */
export interface Budget {
  /** Made for this search: what is reused, cannot run or is abandoned costs none. */
  readonly measurements?: number | undefined;
  /** The time that devices spent on its measurements, from fetching the model to cleaning up. */
  readonly phoneMinutes?: number | undefined;
  /** The time that the search has been running; pauses do not count. */
  readonly wallMinutes?: number | undefined;
}

export interface Spending {
  readonly measured: number;
  readonly phoneMs: number;
  readonly wallMs: number;
}

export const msPerMinute = 60_000;

/** Whether a limit is reached, if what is on its way takes as long as what was measured. */
export function isSpent(budget: Budget, spending: Spending, inFlight: number): boolean {
  const { measured, phoneMs, wallMs } = spending;
  const expectedPhoneMs = phoneMs + (measured === 0 ? 0 : (phoneMs / measured) * inFlight);
  return (
    measured + inFlight >= (budget.measurements ?? Infinity) ||
    expectedPhoneMs >= (budget.phoneMinutes ?? Infinity) * msPerMinute ||
    wallMs >= (budget.wallMinutes ?? Infinity) * msPerMinute
  );
}

/** Until the first limit is reached if it goes on as so far; undefined while nothing is known of that. */
export function wallMsLeft(
  budget: Budget,
  { measured, phoneMs, wallMs }: Spending,
): number | undefined {
  const atRate = (spent: number, limit: number | undefined): number | undefined =>
    limit === undefined || spent <= 0 || wallMs <= 0
      ? undefined
      : (wallMs * (limit - spent)) / spent;
  const left = [
    atRate(measured, budget.measurements),
    atRate(
      phoneMs,
      budget.phoneMinutes === undefined ? undefined : budget.phoneMinutes * msPerMinute,
    ),
    budget.wallMinutes === undefined ? undefined : budget.wallMinutes * msPerMinute - wallMs,
  ].filter((each) => each !== undefined);
  return left.length === 0 ? undefined : Math.max(0, Math.min(...left));
}

/** More of what is limited already; a limit that is not there stays away. */
export function extendBudget(budget: Budget, more: Budget): Budget {
  const sum = (limit: number | undefined, added = 0): number | undefined =>
    limit === undefined ? undefined : limit + added;
  return {
    measurements: sum(budget.measurements, more.measurements),
    phoneMinutes: sum(budget.phoneMinutes, more.phoneMinutes),
    wallMinutes: sum(budget.wallMinutes, more.wallMinutes),
  };
}
