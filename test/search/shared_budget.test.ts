import { SharedBudget, type Sharer } from '../../search/shared_budget';

/** A target whose hypervolume was `start` after ten results and has grown by `step` with each since. */
function sharer(results: number, step: number, more: Partial<Sharer> = {}): Sharer {
  return {
    spent: { measured: results, phoneMs: results * 1_000 },
    inFlight: 0,
    isAble: true,
    hypervolumes: Array.from(
      { length: results },
      (_, index) => 0.5 + step * Math.max(0, index - 9),
    ),
    ...more,
  };
}

function budgetOf(...sharers: readonly Sharer[]): SharedBudget {
  const budget = new SharedBudget();
  sharers.forEach((each) => budget.join(each));
  return budget;
}

describe('a shared budget', () => {
  it('is spent by all together', () => {
    const budget = budgetOf(sharer(3, 0, { inFlight: 2 }), sharer(4, 0, { inFlight: 1 }));
    expect(budget.spent).toEqual({ measured: 7, phoneMs: 7_000 });
    expect(budget.inFlight).toBe(3);
  });

  it('goes to those that improve most, and to what is not much behind', () => {
    const [fast, near, slow] = [sharer(30, 0.01), sharer(30, 0.007), sharer(30, 0.001)];
    const budget = budgetOf(fast, near, slow);
    expect([fast, near, slow].map((each) => budget.favours(each))).toEqual([true, true, false]);
  });

  it('tries every target first', () => {
    const [fast, fresh] = [sharer(30, 0.01), sharer(19, 0)];
    const budget = budgetOf(fast, fresh);
    expect([fast, fresh].map((each) => budget.favours(each))).toEqual([true, true]);
  });

  it('is not kept for targets that cannot spend it', () => {
    const slow = sharer(30, 0.001);
    expect(budgetOf(sharer(30, 0.01, { isAble: false }), slow).favours(slow)).toBe(true);
  });

  it('goes to all where nothing improves any more', () => {
    const targets = [sharer(40, 0), sharer(50, 0)];
    const budget = budgetOf(...targets);
    expect(targets.map((each) => budget.favours(each))).toEqual([true, true]);
  });
});
