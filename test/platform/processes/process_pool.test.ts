import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../platform/time/clock';
import { ProcessPool, type ProcessPoolOptions } from '../../../platform/processes/process_pool';
import type { Echo, Order } from './scripted_worker';

const options: ProcessPoolOptions = {
  name: 'scripted',
  workerFile: join(__dirname, 'typescript_worker.js'),
  processes: 1,
  deadlineMs: 15_000,
  largestQueue: 3,
  largestHeapMb: 64,
  idleMs: 60_000,
};

function order(kind: Order['kind'], text = ''): { request: Order; what: string } {
  return { request: { kind, text }, what: `doing ${text === '' ? kind : text}` };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isSo(); tries += 1) await systemClock.sleep(25);
  expect(isSo()).toBe(true);
}

describe('the pool of processes', () => {
  let pool: ProcessPool<Order, Echo>;
  const open = (changed: Partial<ProcessPoolOptions> = {}): ProcessPool<Order, Echo> =>
    (pool = new ProcessPool({ ...options, ...changed }));
  afterEach(() => pool.close());

  /** The answer's text, or how it failed. */
  const run = async (kind: Order['kind'], text = ''): Promise<string> => {
    const result = await pool.run(order(kind, text));
    return result.ok ? result.value.text : result.error.kind;
  };

  it('starts nothing before there is work', () => {
    expect(open().processes()).toEqual([]);
  });

  it('answers each request with its own result, from one warm process that is not ours', async () => {
    open();
    const results = await Promise.all(['a', 'b', 'c'].map((text) => pool.run(order('echo', text))));
    expect(results.map((result) => result.ok && result.value.text)).toEqual(['a', 'b', 'c']);
    const pids = new Set(results.map((result) => result.ok && result.value.pid));
    expect(pids.size).toBe(1);
    expect(pids).not.toContain(process.pid);
    expect(await run('parent')).toBe(String(process.pid));
  });

  it('lists its processes with what they may take', async () => {
    open();
    const running = pool.run(order('echo'));
    await until(() => pool.processes().length === 1);
    expect(pool.processes()).toMatchObject([{ name: 'scripted', isBusy: true }]);
    await running;
    const [listed] = pool.processes();
    expect(listed).toMatchObject({ isBusy: false, largestHeapBytes: 64 * 2 ** 20 });
    expect(listed!.residentBytes).toBeGreaterThan(10e6);
  });

  it('works on as many at once as it may, and never on more', async () => {
    open({ processes: 2 });
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((text) => pool.run(order('echo', text))),
    );
    expect(new Set(results.map((result) => result.ok && result.value.pid)).size).toBe(2);
    expect(pool.processes()).toHaveLength(2);
  });

  it('keeps the process when a request fails', async () => {
    open();
    const [before] = [await pool.run(order('echo'))];
    expect(await pool.run(order('fail', 'no such cell'))).toEqual({
      ok: false,
      error: { kind: 'failed', message: 'no such cell' },
    });
    const after = await pool.run(order('echo'));
    expect(after.ok && after.value.pid).toBe(before.ok && before.value.pid);
  });

  it.each(['exit', 'throw', 'allocate'] as const)(
    'replaces a process that ends by itself (%s), and loses only what it was doing',
    async (kind) => {
      open();
      const results = await Promise.all([run('echo', 'a'), run(kind), run('echo', 'b')]);
      expect(results).toEqual(['a', 'crashed', 'b']);
    },
  );

  it('replaces a process that was killed, at work or idle', async () => {
    open();
    const hanging = run('hang');
    await until(() => pool.processes().length === 1);
    process.kill(pool.processes()[0]!.pid, 'SIGKILL');
    expect(await hanging).toBe('crashed');
    expect(await run('echo', 'a')).toBe('a');
    process.kill(pool.processes()[0]!.pid, 'SIGKILL');
    await until(() => pool.processes().length === 0);
    expect(await run('echo', 'b')).toBe('b');
  });

  it('ends what misses its deadline and goes on with the next', async () => {
    open({ deadlineMs: 2_500 });
    const hanging = pool.run(order('hang'));
    const next = run('echo', 'b');
    expect(await hanging).toEqual({
      ok: false,
      error: { kind: 'deadline-exceeded', message: 'doing hang took longer than 2500 ms' },
    });
    expect(await next).toBe('b');
  });

  it('refuses what would make the queue longer than its bound', async () => {
    open();
    const results = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => run('echo', text)));
    expect(results).toEqual(['a', 'b', 'c', 'd', 'queue-full']);
  });

  it('does not begin what is cancelled while it waits, and finishes what has begun', async () => {
    open();
    const unwanted = new AbortController();
    const begun = pool.run(order('echo', 'a'), unwanted.signal);
    const waiting = pool.run(order('exit'), unwanted.signal);
    unwanted.abort();
    expect(await waiting).toMatchObject({ error: { kind: 'cancelled' } });
    expect(await begun).toMatchObject({ value: { text: 'a' } });
  });

  it('gives the memory back when it has been idle, and starts anew when there is work', async () => {
    open({ idleMs: 100 });
    const first = await pool.run(order('echo'));
    const pid = first.ok ? first.value.pid : 0;
    await until(() => pool.processes().length === 0);
    await until(() => !existsSync(`/proc/${String(pid)}`));
    const second = await pool.run(order('echo'));
    expect(second.ok && second.value.pid).not.toBe(pid);
  });

  it('stays warm while requests come within the idle time', async () => {
    open({ idleMs: 2_000 });
    const first = await pool.run(order('echo'));
    await systemClock.sleep(300);
    const second = await pool.run(order('echo'));
    expect(second.ok && second.value.pid).toBe(first.ok && first.value.pid);
  });

  it('fails what is unfinished when it is closed, and everything after; no process is left', async () => {
    open();
    const unfinished = [run('hang'), run('echo')];
    await until(() => pool.processes().length === 1);
    const pid = pool.processes()[0]!.pid;
    await pool.close();
    expect(await Promise.all(unfinished)).toEqual(['crashed', 'closed']);
    expect(await run('echo')).toBe('closed');
    expect(existsSync(`/proc/${String(pid)}`)).toBe(false);
  });

  it('says in one line why a process ended, as far as it said so itself', async () => {
    open({ workerFile: join(__dirname, 'no_such_worker.js') });
    expect(await pool.run(order('echo', 'a'))).toMatchObject({
      error: {
        kind: 'crashed',
        message: expect.stringMatching(
          /^the process ended while doing a: status 1, Error: Cannot find module .*$/,
        ) as string,
      },
    });
  });
});
