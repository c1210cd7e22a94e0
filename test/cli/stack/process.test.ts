import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startProcess, type ProcessOptions } from '../../../cli/stack/process';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'stack-process-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const logPath = (): string => path.join(folder, 'log');
function options(command: ProcessOptions['command'], channel = false): ProcessOptions {
  return { name: 'part', command, logPath: logPath(), channel };
}
const node = (program: string): ProcessOptions => options([process.execPath, '-e', program], true);

describe('a process of the farm', () => {
  it('says how it ended, with its last plain words', async () => {
    const running = startProcess(options(['sh', '-c', 'echo started; echo no space >&2; exit 3']));
    expect(await running.exited).toMatch(/^part ended with status 3: started \/ no space \(log: /);
    expect(readFileSync(logPath(), 'utf8')).toContain('no space');
  });

  it('does not quote its log of earlier starts, nor lines of JSON', async () => {
    const running = startProcess(options(['sh', '-c', `echo '{"level":30}'; exit 1`]));
    expect(await running.exited).toBe(`part ended with status 1; its log is ${logPath()}`);
  });

  it('that is not installed is named, with the remedy', async () => {
    const running = startProcess(options(['no-such-program'], true));
    expect(await running.exited).toBe('part: no-such-program is not installed; run deploy/setup');
  });

  it('is ready with its first message', async () => {
    const running = startProcess(
      node('process.send({ kind: "ready" }); setTimeout(() => {}, 60000)'),
    );
    expect(await running.ready).toEqual({ kind: 'ready' });
    await running.stop();
    expect(await running.exited).toMatch(/^part ended with SIGTERM/);
  });

  it('that ends before it is ready is never ready', async () => {
    expect(await startProcess(node('process.exit(2)')).ready).toBeUndefined();
  });

  it('is asked to end before it is made to, and may be asked twice', async () => {
    const running = startProcess(
      node(
        'process.on("SIGTERM", () => process.exit(7)); process.send("up"); setTimeout(() => {}, 60000)',
      ),
    );
    await running.ready;
    await Promise.all([running.stop(), running.stop()]);
    expect(await running.exited).toMatch(/^part ended with status 7/);
    await running.stop();
  });
});
