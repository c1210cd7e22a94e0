import fc from 'fast-check';
import { fail, ok, type Result } from '../../../common/result';
import { retry, type RetryBounds } from '../../../platform/time/retry';
import { createManualClock } from './manual_clock';

type Try = 'works' | 'fails' | 'final' | 'progress';

/** Runs tries of a script, the last of which repeats, on a clock that never makes it wait. */
async function run(script: readonly Try[], bounds: Partial<RetryBounds<Try>> = {}) {
  const delaysMs: number[] = [];
  const triesBefore: number[] = [];
  const result = await retry<string, Try>(
    {
      mostTries: 10,
      backoff: { firstDelayMs: 100, largestDelayMs: 1_000 },
      clock: { sleep: (delayMs) => Promise.resolve(void delaysMs.push(delayMs)) },
      isFinal: (failure) => failure === 'final',
      isProgress: (failure) => failure === 'progress',
      ...bounds,
    },
    (before): Promise<Result<string, Try>> => {
      triesBefore.push(before);
      const what = script[Math.min(before, script.length - 1)] ?? 'fails';
      return Promise.resolve(what === 'works' ? ok('value') : fail(what));
    },
  );
  return { result, delaysMs, triesBefore };
}

describe('trying again', () => {
  it('is not needed where the first try works', async () => {
    expect(await run(['works'])).toEqual({ result: ok('value'), delaysMs: [], triesBefore: [0] });
  });

  it('goes on until a try works, each time after a longer pause', async () => {
    expect(await run(['fails', 'fails', 'fails', 'works'])).toEqual({
      result: ok('value'),
      delaysMs: [100, 200, 400],
      triesBefore: [0, 1, 2, 3],
    });
  });

  it('ends with the last failure after the most tries, without a pause that nobody needs', async () => {
    const { result, delaysMs, triesBefore } = await run(['fails'], { mostTries: 3 });
    expect(result).toEqual(fail('fails'));
    expect(triesBefore).toHaveLength(3);
    expect(delaysMs).toEqual([100, 200]);
  });

  it('ends at once with a failure that another try would meet again', async () => {
    const { result, triesBefore } = await run(['fails', 'final', 'works']);
    expect(result).toEqual(fail('final'));
    expect(triesBefore).toHaveLength(2);
  });

  it('begins its pauses anew after progress, and counts fruitless tries in a row', async () => {
    const { delaysMs, triesBefore } = await run(['fails', 'fails', 'progress', 'fails'], {
      mostFruitlessTries: 3,
    });
    expect(triesBefore).toHaveLength(6);
    expect(delaysMs).toEqual([100, 200, 100, 100, 200]);
  });

  it('is bounded by all tries where each brings a little', async () => {
    const { result, triesBefore } = await run(['progress'], { mostFruitlessTries: 2 });
    expect(result).toEqual(fail('progress'));
    expect(triesBefore).toHaveLength(10);
  });

  it('spreads the pauses by the chance that it is given', async () => {
    expect((await run(['fails', 'works'], { uniform: () => 0 })).delaysMs).toEqual([50]);
  });

  it('does not sleep where the policy has no delay', async () => {
    const backoff = { firstDelayMs: 0, largestDelayMs: 0 };
    expect((await run(['fails'], { backoff })).delaysMs).toEqual([]);
  });

  it('keeps every bound, whatever comes', async () => {
    const tries = fc.array(fc.constantFrom<Try>('works', 'fails', 'final', 'progress'), {
      minLength: 1,
    });
    const bound = fc.integer({ min: 1, max: 8 });
    await fc.assert(
      fc.asyncProperty(tries, bound, bound, async (script, mostTries, mostFruitlessTries) => {
        const { result, triesBefore, delaysMs } = await run(script, {
          mostTries,
          mostFruitlessTries,
        });
        const made = triesBefore.map((before) => script[Math.min(before, script.length - 1)]);
        expect(made.length).toBeLessThanOrEqual(mostTries);
        expect(delaysMs).toHaveLength(made.length - 1);
        expect(made.slice(0, -1)).not.toContain('works');
        expect(made.slice(0, -1)).not.toContain('final');
        const last = made.at(-1);
        expect(result).toEqual(last === 'works' ? ok('value') : fail(last));
      }),
    );
  });
});

describe('trying again until it is stopped', () => {
  const backoff = { firstDelayMs: 100, largestDelayMs: 100 };

  it('has no other end where the tries are not bounded', async () => {
    const clock = createManualClock();
    const stopping = new AbortController();
    let tries = 0;
    const retried = retry(
      { mostTries: Infinity, backoff, clock, signal: stopping.signal },
      (): Promise<Result<never, string>> => Promise.resolve(fail(`try ${String((tries += 1))}`)),
    );
    await clock.advance(100_000);
    stopping.abort();
    expect(await retried).toEqual(fail('try 1001'));
    expect(clock.sleepers()).toBe(0);
  });

  it('does not begin where it was stopped before', async () => {
    const attempt = jest.fn();
    const clock = createManualClock();
    const signal = AbortSignal.abort();
    expect(await retry({ mostTries: 3, backoff, clock, signal }, attempt)).toEqual(fail(null));
    expect(attempt).not.toHaveBeenCalled();
  });

  it('gives the value of a try that works although it was stopped meanwhile', async () => {
    const clock = createManualClock();
    const stopping = new AbortController();
    const retried = await retry({ mostTries: 3, backoff, clock, signal: stopping.signal }, () => {
      stopping.abort();
      return Promise.resolve(ok('value'));
    });
    expect(retried).toEqual(ok('value'));
  });

  it('passes on what a try throws: that is no failure to try again after', async () => {
    const clock = createManualClock();
    const retried = retry({ mostTries: 3, backoff, clock }, () =>
      Promise.reject(new Error('a full disk')),
    );
    await expect(retried).rejects.toThrow('a full disk');
  });
});
