import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

let child: ChildProcess;
let said: string;
let report: unknown;

async function start(kind: 'simple' | 'stuck' | 'failing'): Promise<void> {
  child = fork(path.join(__dirname, 'stopping_process.js'), [kind], { silent: true });
  said = '';
  report = undefined;
  child.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  [report] = (await once(child, 'message')) as [unknown];
}

async function untilSaid(word: string): Promise<void> {
  while (!said.includes(word)) await once(child.stdout!, 'data');
}

async function ending(): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return `${said.trim().split('\n').join(' ')}: ${String(child.signalCode ?? child.exitCode)}`;
}
afterEach(() => void child.kill('SIGKILL'));

it('tells its parent that it is ready', async () => {
  await start('simple');
  expect(report).toEqual({ kind: 'ready', port: 7 });
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('closes in order at a %s', async (signal) => {
  await start('simple');
  child.kill(signal);
  expect(await ending()).toBe('running closed ended: 0');
});

it('closes in order when its parent is gone', async () => {
  await start('simple');
  child.disconnect();
  expect(await ending()).toBe('running closed ended: 0');
});

it('closes in order when it cannot go on, and says why', async () => {
  await start('failing');
  expect(await ending()).toBe('running closed failed: broken: 0');
});

it('hurries at a second signal, of whichever kind', async () => {
  await start('stuck');
  child.kill('SIGTERM');
  await untilSaid('closing');
  const startMs = performance.now();
  child.kill('SIGINT');
  expect(await ending()).toBe('running closing closed ended: 0');
  expect(performance.now() - startMs).toBeLessThan(4_000);
});

it('ends at once at a third', async () => {
  await start('stuck');
  child.kill('SIGTERM');
  await untilSaid('closing');
  child.kill('SIGINT');
  // Signals of different kinds may come in any order; one after the other they do not.
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGINT');
  expect(await ending()).toBe('running closing: SIGINT');
});
