import { createAlarm } from '../../../platform/time/alarm';
import { createManualClock } from './manual_clock';

const dayMs = 24 * 3_600_000;

function alarmOnAClock() {
  const clock = createManualClock();
  const rangAtMs: number[] = [];
  const alarm = createAlarm(() => rangAtMs.push(clock.nowMs()), clock);
  return { clock, alarm, rangAtMs };
}

describe('an alarm', () => {
  it('is silent until it is set, and rings once', async () => {
    const { clock, alarm, rangAtMs } = alarmOnAClock();
    await clock.advance(1_000);
    alarm.set(50);
    await clock.advance(49);
    expect(rangAtMs).toEqual([]);
    await clock.advance(dayMs);
    expect(rangAtMs).toEqual([1_050]);
  });

  it('rings only for what was set last, sooner or later', async () => {
    const { clock, alarm, rangAtMs } = alarmOnAClock();
    alarm.set(50);
    await clock.advance(40);
    alarm.set(100);
    alarm.set(20);
    await clock.advance(1_000);
    expect(rangAtMs).toEqual([60]);
    expect(clock.sleepers()).toBe(0);
  });

  it('may be set again where it rings', async () => {
    const clock = createManualClock();
    const rangAtMs: number[] = [];
    const alarm = createAlarm(() => {
      rangAtMs.push(clock.nowMs());
      if (rangAtMs.length < 3) alarm.set(10);
    }, clock);
    alarm.set(10);
    await clock.advance(100);
    expect(rangAtMs).toEqual([10, 20, 30]);
  });

  it('does not ring once it is cleared, not even when it was due in the same moment', async () => {
    const { clock, alarm, rangAtMs } = alarmOnAClock();
    alarm.set(50);
    const advanced = clock.advance(50);
    alarm.clear();
    alarm.clear();
    await advanced;
    expect(rangAtMs).toEqual([]);
  });

  it('never rings when set to infinity, which ends what was set before', async () => {
    const { clock, alarm, rangAtMs } = alarmOnAClock();
    alarm.set(50);
    alarm.set(Infinity);
    expect(clock.sleepers()).toBe(0);
    await clock.advance(400 * dayMs);
    expect(rangAtMs).toEqual([]);
  });

  it.each([2 ** 31, 400 * dayMs, Number.MAX_VALUE])(
    'asks no timer for %d ms: it rings after a day, for its owner to look at the clock',
    async (afterMs) => {
      const { clock, alarm, rangAtMs } = alarmOnAClock();
      alarm.set(afterMs);
      await clock.advance(dayMs - 1);
      expect(rangAtMs).toEqual([]);
      await clock.advance(1);
      expect(rangAtMs).toEqual([dayMs]);
      expect(Math.max(...clock.sleepsMs)).toBeLessThan(2 ** 31);
    },
  );

  it('rings by the clock of the machine where no other is given', async () => {
    await new Promise<void>((resolve) => createAlarm(resolve).set(1));
  });
});
