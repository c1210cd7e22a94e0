import { repeat, startTicker } from '../../../platform/time/ticker';
import { createManualClock, turns } from './manual_clock';

describe('a ticker', () => {
  it('begins its first round after an interval, and goes on until it is stopped', async () => {
    const clock = createManualClock();
    const roundsAtMs: number[] = [];
    const ticker = startTicker({ clock, intervalMs: 10 }, () => roundsAtMs.push(clock.nowMs()));
    await clock.advance(35);
    await ticker.stop();
    await clock.advance(100);
    expect(roundsAtMs).toEqual([10, 20, 30]);
    expect(clock.sleepers()).toBe(0);
  });

  it('never begins a round before the last has ended and an interval has passed', async () => {
    const clock = createManualClock();
    const roundsAtMs: number[] = [];
    let underWay = 0;
    const ticker = startTicker({ clock, intervalMs: 10 }, async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      roundsAtMs.push(clock.nowMs());
      await clock.sleep(25);
      underWay -= 1;
    });
    await clock.advance(100);
    expect(roundsAtMs).toEqual([10, 45, 80]);
    const stopped = ticker.stop();
    await clock.advance(100);
    await stopped;
  });

  it('tells the round at work that it is stopped, and waits for its end', async () => {
    const clock = createManualClock();
    let end: (() => void) | undefined;
    let wasTold = false;
    const ticker = startTicker({ clock, intervalMs: 10 }, async (stopping) => {
      stopping.addEventListener('abort', () => (wasTold = true));
      await new Promise<void>((resolve) => (end = resolve));
    });
    await clock.advance(10);
    let isStopped = false;
    const stopped = ticker.stop().then(() => (isStopped = true));
    await turns();
    expect({ wasTold, isStopped }).toEqual({ wasTold: true, isStopped: false });
    end?.();
    await stopped;
    await ticker.stop();
  });

  it('ends with the first round that rejects', async () => {
    const clock = createManualClock();
    let rounds = 0;
    const { signal } = new AbortController();
    const repeated = repeat({ clock, intervalMs: 10, signal }, () => {
      rounds += 1;
      if (rounds === 2) throw new Error('broken');
    });
    const seen = expect(repeated).rejects.toThrow('broken');
    await clock.advance(100);
    await seen;
    expect(rounds).toBe(2);
  });

  it('does nothing for a signal that has aborted', async () => {
    const clock = createManualClock();
    const round = jest.fn();
    await repeat({ clock, intervalMs: 10, signal: AbortSignal.abort() }, round);
    expect(round).not.toHaveBeenCalled();
  });

  it('may be ended by its own round', async () => {
    const clock = createManualClock();
    const ending = new AbortController();
    const repeated = repeat({ clock, intervalMs: 10, signal: ending.signal }, () => ending.abort());
    await clock.advance(10);
    await repeated;
    expect(clock.nowMs()).toBe(10);
  });
});
