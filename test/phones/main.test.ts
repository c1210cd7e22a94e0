import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FleetReport } from '../../phones/report';
import { eventually } from '../e2e/processes';
import { startAdbServer, type TestAdbServer } from '../servers/adb_server';

let folder: string;
let server: TestAdbServer;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'phones-main-'));
  server = await startAdbServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** The program as the CLI starts it. */
function start(fleetYaml: string): { child: ChildProcess; exited: Promise<number | null> } {
  const fleetPath = path.join(folder, 'fleet.yaml');
  writeFileSync(fleetPath, fleetYaml);
  const hook = path.join(__dirname, '../process/typescript_hook.js');
  const program = path.join(__dirname, '../../phones/main.ts');
  const child = spawn(
    process.execPath,
    ['--require', hook, program, fleetPath, '127.0.0.1', String(server.port), folder],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  return { child, exited: once(child, 'exit').then(([status]) => status as number | null) };
}

async function firstReport(child: ChildProcess): Promise<FleetReport> {
  const [report] = (await once(child, 'message')) as [FleetReport];
  return report;
}

const twoPhones = 'phones: [{ soc: sm8550, count: 2 }]';

describe('the program of the virtual phones', () => {
  it('says once that it is ready, how many phones there are, and where their tools lie', async () => {
    const { child, exited } = start(twoPhones);
    const report = await firstReport(child);
    expect(report).toMatchObject({ kind: 'ready', phones: 2 });
    expect(report.kind === 'ready' && report.tools.onnxruntime.perfTest).toBe(
      path.join(folder, 'onnxruntime_perf_test'),
    );
    child.disconnect();
    expect(await exited).toBe(0);
  });

  it('takes its phones off the list of the adb server when SIGTERM asks it to end', async () => {
    const { child, exited } = start(twoPhones);
    await firstReport(child);
    await eventually('both are listed', 10_000, async () =>
      /^.*\tdevice\n.*\tdevice\n$/.test(await server.devices()),
    );
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await server.devices()).toBe('');
  });

  it('outlives Ctrl-C, which is for the program that started it, and not that program', async () => {
    const { child, exited } = start(twoPhones);
    await firstReport(child);
    child.kill('SIGINT');
    expect(await Promise.race([exited, server.devices().then(() => 'runs')])).toBe('runs');
    child.disconnect();
    expect(await exited).toBe(0);
  });

  it('reports a fleet that cannot be, in one line for the operator, and ends with status 1', async () => {
    const { child, exited } = start('phones: [{ soc: sm9999 }]');
    const report = await firstReport(child);
    expect(report).toEqual({
      kind: 'failed',
      message: expect.stringMatching(
        /^.*fleet\.yaml: field phones\.0\.soc: expected one of .*$/,
      ) as string,
    });
    expect(await exited).toBe(1);
  });

  it('ends in order although the adb server is gone', async () => {
    const { child, exited } = start(twoPhones);
    await firstReport(child);
    await server.kill9();
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    await server.restart();
  });
});
