import type { TargetStatus } from '../../../proto/codec/search_status';
import { describeBudget, spentOf } from '../../../cli/output/spending';

const target = (limits: Partial<TargetStatus>): TargetStatus => ({
  ...{
    target: 't',
    budget: null,
    measured: 12,
    spentMeasurements: 12,
    infeasible: 0,
    abandoned: 0,
    inFlight: 1,
    hypervolume: 0.5,
    frontHypervolume: 0.5,
    frontSize: 3,
    reused: 0,
    confirming: 0,
    confirmed: 0,
    confirmMinutes: 0,
    uncertain: 0,
    virtualMeasurements: 0,
  },
  ...{
    phoneMinutes: 3.54,
    spentPhoneMinutes: 3.54,
    budgetPhoneMinutes: null,
    budgetWallMinutes: null,
    devicesBusy: 1,
    devices: 2,
    secondsLeft: null,
    picks: [],
  },
  ...limits,
});

describe('what is spent of a budget', () => {
  it('names each limit that there is', () => {
    expect(describeBudget(target({ budget: 40 }), 7)).toBe('12/40');
    expect(
      describeBudget(target({ budget: 40, budgetPhoneMinutes: 60, budgetWallMinutes: 8 }), 7),
    ).toBe('12/40, 3.5/60 phone-min, 7/8 min');
  });

  it('is shown by the limit that is nearest', () => {
    expect(spentOf(target({ budget: 40, budgetPhoneMinutes: 60 }), 7)).toEqual({
      done: 12,
      total: 40,
    });
    expect(spentOf(target({ budget: 40, budgetWallMinutes: 8 }), 7)).toEqual({
      done: 88,
      total: 100,
    });
    expect(spentOf(target({ budgetWallMinutes: 8 }), 9)).toEqual({ done: 100, total: 100 });
  });
});
