import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Result } from '../../../common/result';
import type { ThreadFailure } from '../../../platform/threads/thread_failure';
import { ThreadPool, type ThreadPoolOptions } from '../../../platform/threads/thread_pool';

jest.setTimeout(60_000);

interface Request {
  readonly kind: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly call?: () => void;
}

interface Output {
  readonly text?: string;
  readonly threadId?: number;
  readonly workerData?: unknown;
  readonly bytes?: Uint8Array;
}

const scripted: ThreadPoolOptions = {
  name: 'scripted',
  workerFile: join(__dirname, 'scripted_worker.js'),
  workers: 1,
  deadlineMs: 20_000,
  largestQueue: 100,
  largestHeapMb: 64,
};

let pool: ThreadPool<Request, Output>;
const open = (options: Partial<ThreadPoolOptions> = {}): void => {
  pool = new ThreadPool({ ...scripted, ...options });
};
const run = (kind: string, more: Partial<Request> = {}, signal?: AbortSignal) =>
  pool.run({
    request: { kind, ...more },
    what: `doing ${kind}`,
    ...(signal === undefined ? {} : { signal }),
  });
const echo = (text: string) => run('echo', { text });
const told = (result: Result<Output, ThreadFailure>): string | undefined =>
  result.ok ? result.value.text : result.error.kind;
afterEach(() => pool.close());

describe('a pool of threads', () => {
  it('has no thread before there is work', async () => {
    open({ workers: 2 });
    expect(pool.snapshot()).toEqual({
      name: 'scripted',
      mostThreads: 2,
      largestHeapMb: 64,
      threads: 0,
      busy: 0,
      queued: 0,
      lost: 0,
    });
    const first = echo('a');
    const others = [echo('b'), echo('c'), echo('d')];
    expect(pool.snapshot()).toMatchObject({ threads: 2, busy: 2, queued: 2 });
    await first;
    await Promise.all(others);
    expect(pool.snapshot()).toMatchObject({ threads: 2, busy: 0, queued: 0, lost: 0 });
  });

  it('answers each request with its own answer, in their order on one thread', async () => {
    open();
    const order: string[] = [];
    const texts = Array.from({ length: 20 }, (_, index) => String(index));
    const answers = await Promise.all(
      texts.map(async (text) => {
        const answer = await echo(text);
        order.push(text);
        return told(answer);
      }),
    );
    expect(answers).toEqual(texts);
    expect(order).toEqual(texts);
  });

  it('gives every thread the data of the pool', async () => {
    open({ workerData: { table: [1, 2, 3] } });
    expect(await echo('a')).toMatchObject({
      ok: true,
      value: { workerData: { table: [1, 2, 3] } },
    });
  });

  it('lets memory change its owner on the way there and back', async () => {
    open();
    const bytes = Uint8Array.of(1, 2, 3);
    const doubled = await pool.run({
      request: { kind: 'double', bytes },
      what: 'doubling',
      handedOver: [bytes.buffer],
    });
    expect(bytes.byteLength).toBe(0);
    expect(doubled).toEqual({ ok: true, value: { bytes: Uint8Array.of(2, 4, 6) } });
  });

  it('refuses what would make the queue longer than its bound', async () => {
    open({ largestQueue: 2 });
    const results = await Promise.all(['a', 'b', 'c', 'd'].map(echo));
    expect(results.map(told)).toEqual(['a', 'b', 'c', 'queue-full']);
    expect(results[3]).toMatchObject({ error: { message: '2 others wait before doing echo' } });
  });
});

describe('a request that fails', () => {
  it('by itself leaves the thread as it is', async () => {
    open();
    const before = await echo('a');
    expect(await run('fail')).toEqual({
      ok: false,
      error: { kind: 'failed', message: 'no such thing' },
    });
    const after = await echo('a');
    expect(after).toEqual(before);
    expect(pool.snapshot().lost).toBe(0);
  });

  it('since it, or its answer, cannot be copied between threads is a failure like others', async () => {
    open();
    expect(told(await run('echo', { call: () => undefined }))).toBe('failed');
    expect(told(await run('uncopyable'))).toBe('failed');
    expect(told(await echo('b'))).toBe('b');
  });

  it.each([
    ['exit', 'crashed', /^the thread crashed while doing exit: exit 3$/],
    ['crash', 'crashed', /^the thread crashed while doing crash: out of luck$/],
    ['outgrow', 'out-of-memory', /^the thread crashed while doing outgrow: .*memory limit/],
    ['hang', 'deadline-exceeded', /^doing hang took longer than 3000 ms$/],
  ])(
    'by %s loses its thread, and what waits behind it runs on another',
    async (kind, failure, message) => {
      open({ deadlineMs: kind === 'hang' ? 3_000 : 20_000 });
      const [failed, next] = await Promise.all([run(kind), echo('next')]);
      expect(told(failed)).toBe(failure);
      expect(failed.ok ? '' : failed.error.message).toMatch(message);
      expect(told(next)).toBe('next');
      expect(pool.snapshot()).toMatchObject({ threads: 1, lost: 1 });
    },
  );

  it('is not one that comes to a thread which died while it had nothing to do', async () => {
    open();
    expect(told(await run('die-later', { text: 'a' }))).toBe('a');
    await sleep(300);
    expect(pool.snapshot().threads).toBe(0);
    expect(told(await echo('b'))).toBe('b');
    expect(pool.snapshot().lost).toBe(1);
  });
});

describe('a request that is aborted', () => {
  it('is not begun when it comes so', async () => {
    open();
    expect(told(await run('hang', {}, AbortSignal.abort()))).toBe('aborted');
    expect(pool.snapshot().threads).toBe(0);
  });

  it('is dropped from the queue', async () => {
    open();
    const first = echo('a');
    const abort = new AbortController();
    const dropped = run('hang', {}, abort.signal);
    abort.abort();
    expect(await dropped).toEqual({
      ok: false,
      error: { kind: 'aborted', message: 'stopped while doing hang' },
    });
    expect(told(await first)).toBe('a');
    expect(pool.snapshot()).toMatchObject({ threads: 1, queued: 0 });
  });

  it('ends with its thread when it is at work, which counts as no loss', async () => {
    open();
    const abort = new AbortController();
    const stopped = run('hang', {}, abort.signal);
    const next = echo('next');
    await sleep(50);
    abort.abort();
    expect(told(await stopped)).toBe('aborted');
    expect(told(await next)).toBe('next');
    expect(pool.snapshot().lost).toBe(0);
  });

  it('after its answer changes nothing', async () => {
    open();
    const abort = new AbortController();
    const first = await run('echo', { text: 'a' }, abort.signal);
    abort.abort();
    expect(await run('echo', { text: 'a' })).toEqual(first);
  });
});

describe('threads without work', () => {
  it('end, all of them, and others begin when there is work again', async () => {
    open({ workers: 2, idleMs: 100 });
    const first = await Promise.all(['a', 'b'].map(echo));
    expect(pool.snapshot().threads).toBe(2);
    await sleep(400);
    expect(pool.snapshot()).toMatchObject({ threads: 0, lost: 0 });
    const again = await echo('c');
    expect(told(again)).toBe('c');
    const ids = [...first, again].map((result) => result.ok && result.value.threadId);
    expect(new Set(ids).size).toBe(3);
  });

  it('do not end while they are asked every now and then', async () => {
    open({ idleMs: 1_000 });
    const first = await echo('a');
    for (let time = 0; time < 4; time += 1) {
      await sleep(400);
      expect(await echo('a')).toEqual(first);
    }
  });
});

describe('a pool that is closed', () => {
  it('fails what waits and what is at work, and what comes later', async () => {
    open();
    const asked = [run('hang'), echo('b')];
    await pool.close();
    const results = await Promise.all([...asked, echo('c')]);
    expect(results.map(told)).toEqual(['closed', 'closed', 'closed']);
    expect(pool.snapshot()).toMatchObject({ threads: 0, busy: 0, queued: 0, lost: 0 });
    await pool.close();
  });
});

it('whatever is asked in whatever order, each gets its own answer or failure', async () => {
  const kinds = ['echo', 'fail', 'exit', 'crash'] as const;
  const expected = { echo: 'text', fail: 'failed', exit: 'crashed', crash: 'crashed' };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      async (asked, workers) => {
        open({ workers });
        const results = await Promise.all(asked.map((kind) => run(kind, { text: 'text' })));
        expect(results.map(told)).toEqual(asked.map((kind) => expected[kind]));
        expect(pool.snapshot()).toMatchObject({
          busy: 0,
          queued: 0,
          lost: asked.filter((kind) => kind === 'exit' || kind === 'crash').length,
        });
        await pool.close();
      },
    ),
    { numRuns: 8 },
  );
});
