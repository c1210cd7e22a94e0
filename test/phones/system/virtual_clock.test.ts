import fc from 'fast-check';
import { VirtualClock } from '../../../phones/system/virtual_clock';

const never = (): AbortSignal => new AbortController().signal;
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a clock that does not wait', () => {
  it('wakes sleepers in the order of their times, not of their coming, and each at its time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 }),
        async (durations) => {
          const clock = new VirtualClock(0, () => 0);
          const woken: number[] = [];
          await Promise.all(
            durations.map(async (durationMs) => {
              await clock.sleep(durationMs, never());
              woken.push(durationMs);
              expect(clock.nowMs()).toBeGreaterThanOrEqual(durationMs);
            }),
          );
          expect(woken).toEqual(durations.toSorted((a, b) => a - b));
          expect(clock.nowMs()).toBe(Math.max(...durations));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets a sleeper begin another sleep before the next one wakes', async () => {
    const clock = new VirtualClock(0, () => 0);
    const order: string[] = [];
    const twice = async (): Promise<void> => {
      await clock.sleep(10, never());
      order.push('10');
      await clock.sleep(5, never());
      order.push('15');
    };
    await Promise.all([twice(), clock.sleep(20, never()).then(() => order.push('20'))]);
    expect(order).toEqual(['10', '15', '20']);
  });

  it('cools: idle time passes a thousand times faster than the wall clock', () => {
    let realMs = 5_000;
    const clock = new VirtualClock(0, () => realMs);
    expect(clock.nowMs()).toBe(5_000);
    realMs += 3;
    expect(clock.nowMs()).toBe(8_000);
  });
});

describe('a sleep', () => {
  it('ends when it is aborted, and no time has passed', async () => {
    const clock = new VirtualClock(0, () => 0);
    const abort = new AbortController();
    const sleeping = clock.sleep(1_000_000, abort.signal);
    abort.abort();
    await sleeping;
    await later();
    expect(clock.nowMs()).toBe(0);
  });

  it('that is aborted already is none', async () => {
    const clock = new VirtualClock(1, () => 0);
    await clock.sleep(1_000_000, AbortSignal.abort());
    expect(clock.nowMs()).toBe(0);
  });

  it('takes its share of real time at another scale', async () => {
    const clock = new VirtualClock(0.01, Date.now);
    const startedAtMs = performance.now();
    await clock.sleep(2_000, never());
    const tookMs = performance.now() - startedAtMs;
    expect(tookMs).toBeGreaterThanOrEqual(15);
    expect(tookMs).toBeLessThan(1_500);
  });

  it('of a phone that stopped wakes nobody', async () => {
    const clock = new VirtualClock(0, () => 0);
    let woken = false;
    void clock.sleep(10, never()).then(() => (woken = true));
    clock.stop();
    await later();
    await later();
    expect(woken).toBe(false);
  });
});
