import fc from 'fast-check';
import { fail, ok, type Result } from '../../../common/result';
import { BoundedQueue } from '../../../platform/processes/bounded_queue';

/** Work whose end the test decides. */
function held(): { work: () => Promise<Result<string, string>>; end: (text: string) => void } {
  let end: (text: string) => void = () => undefined;
  const result = new Promise<Result<string, string>>((resolve) => {
    end = (text) => resolve(ok(text));
  });
  return { work: () => result, end };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the bounded queue', () => {
  it('passes on what the work says, good or bad', async () => {
    const queue = new BoundedQueue({ atOnce: 1, waiting: 1 });
    expect(await queue.run(() => Promise.resolve(ok(1)))).toEqual(ok(1));
    expect(await queue.run(() => Promise.resolve(fail('bad')))).toEqual(fail('bad'));
  });

  it('goes on after work that throws', async () => {
    const queue = new BoundedQueue({ atOnce: 1, waiting: 1 });
    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await queue.run(() => Promise.resolve(ok(1)))).toEqual(ok(1));
  });

  it('begins in the order of asking', async () => {
    const queue = new BoundedQueue({ atOnce: 1, waiting: 9 });
    const begun: number[] = [];
    await Promise.all(
      [0, 1, 2, 3].map((index) =>
        queue.run(() => {
          begun.push(index);
          return Promise.resolve(ok(index));
        }),
      ),
    );
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('refuses beyond its bound, and not what is running', async () => {
    const queue = new BoundedQueue({ atOnce: 1, waiting: 1 });
    const first = held();
    const results = [queue.run(first.work), queue.run(() => Promise.resolve(ok('b')))];
    expect(await queue.run(() => Promise.resolve(ok('c')))).toEqual(fail('queue-full'));
    first.end('a');
    expect(await Promise.all(results)).toEqual([ok('a'), ok('b')]);
  });

  it('makes room for another when one that waits is cancelled', async () => {
    const queue = new BoundedQueue({ atOnce: 1, waiting: 1 });
    const first = held();
    const running = queue.run(first.work);
    const unwanted = new AbortController();
    const waiting = queue.run(() => Promise.resolve(ok('never')), unwanted.signal);
    expect(queue.length).toBe(1);
    unwanted.abort();
    expect(await waiting).toEqual(fail('cancelled'));
    expect(queue.length).toBe(0);
    const next = queue.run(() => Promise.resolve(ok('c')));
    first.end('a');
    expect([await running, await next]).toEqual([ok('a'), ok('c')]);
  });

  it('begins nothing for a signal that was aborted before, nor after it is closed', async () => {
    const queue = new BoundedQueue({ atOnce: 1, waiting: 1 });
    const first = held();
    const running = queue.run(first.work);
    const waiting = queue.run(() => Promise.resolve(ok('never')));
    expect(await queue.run(() => Promise.resolve(ok(1)), AbortSignal.abort())).toEqual(
      fail('cancelled'),
    );
    queue.close();
    expect(await waiting).toEqual(fail('closed'));
    expect(await queue.run(() => Promise.resolve(ok(1)))).toEqual(fail('closed'));
    first.end('a');
    expect(await running).toEqual(ok('a'));
  });

  it('never runs more than it may, and leaves nobody waiting, whatever is cancelled when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.record({ turns: fc.nat(4), cancelAfter: fc.option(fc.nat(5)) }), {
          maxLength: 12,
        }),
        async (atOnce, works) => {
          const queue = new BoundedQueue({ atOnce, waiting: 12 });
          let [running, most] = [0, 0];
          const results = works.map(async ({ turns, cancelAfter }) => {
            const unwanted = new AbortController();
            const result = queue.run(async () => {
              most = Math.max(most, (running += 1));
              for (let count = 0; count < turns; count += 1) await turn();
              running -= 1;
              return ok('done');
            }, unwanted.signal);
            for (let count = 0; count < (cancelAfter ?? -1); count += 1) await turn();
            if (cancelAfter !== null) unwanted.abort();
            return result;
          });
          for (const result of await Promise.all(results))
            expect([ok('done'), fail('cancelled')]).toContainEqual(result);
          expect(most).toBeLessThanOrEqual(atOnce);
          expect([running, queue.length]).toEqual([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
