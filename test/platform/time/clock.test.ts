import { createSteadyClock, type Clock } from '../../../platform/time/clock';

const dayMs = 24 * 3_600_000;

describe('a steady clock', () => {
  it.each([
    ['ahead', dayMs],
    ['back', -dayMs],
  ])('goes on evenly when somebody sets the time a day %s', (_, jumpMs) => {
    const machine = { timeOfDayMs: 1_700_000_000_000, stopwatchMs: 5_000.25 };
    const timeOfDay: Clock = { nowMs: () => machine.timeOfDayMs, sleep: () => Promise.resolve() };
    const steady = createSteadyClock(timeOfDay, () => machine.stopwatchMs);
    expect(steady.nowMs()).toBe(1_700_000_000_000);
    machine.timeOfDayMs += 1_000 + jumpMs;
    machine.stopwatchMs += 1_000;
    expect(steady.nowMs()).toBe(1_700_000_001_000);
  });
});
