import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../cli/stack/free_port';
import { farm, farmProgram, type Finished } from './farm_command';
import { descendants, eventually } from './processes';

export interface FarmUp {
  readonly folder: string;
  readonly dataDir: string;
  readonly ports: {
    readonly grpc: number;
    readonly http: number;
    readonly nats: number;
    readonly agentHttp: number;
  };
  /** A configuration under which neither the user's adb server nor the user's phones are touched. */
  readonly agentConfigPath: string;
  /** A command of the farm, to this farm. */
  run(...args: readonly string[]): Promise<Finished>;
  /** The same with --json, which must succeed. */
  json(...args: readonly string[]): Promise<unknown>;
  /** What `farm up` itself wrote. */
  notes(): string;
  /** Process ids: `farm up` itself first, then all that it started. */
  processes(): readonly { readonly pid: number; readonly command: string }[];
  /** The one process whose command line has `words`. */
  pid(words: string): number;
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<number | null>;
  /** Ends it in peace and removes its folder. */
  remove(): Promise<void>;
}

const startDeadlineMs = 30_000;

/** `farm up` on free ports, with a folder of its own and virtual phones. */
export async function farmUp(virtualPhones: number): Promise<FarmUp> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'farm-e2e-'));
  const dataDir = path.join(folder, 'data');
  const agentConfigPath = path.join(folder, 'agent.yaml');
  // The machine that runs the tests is warmer than the limit for numbers to be trusted.
  writeFileSync(
    agentConfigPath,
    'adb: { enabled: false }\nreadiness: { highestChipCelsius: 150 }\n',
  );
  const ports = {
    grpc: await freePort(),
    http: await freePort(),
    nats: await freePort(),
    agentHttp: await freePort(),
  };
  const environment = { FARM_COORDINATOR: `127.0.0.1:${ports.grpc}` };
  const portOptions = [
    '--grpc',
    ports.grpc,
    '--http',
    ports.http,
    '--nats',
    ports.nats,
    '--agent-http',
    ports.agentHttp,
  ].map(String);
  const upArguments = [
    'up',
    '--data',
    dataDir,
    '--virtual-phones',
    String(virtualPhones),
    '--agent-config',
    agentConfigPath,
    ...portOptions,
  ];
  let child: ChildProcess | undefined;
  let notes = '';
  const run = (...args: readonly string[]): Promise<Finished> =>
    farm(args, { environment, workingDirectory: folder });
  const json = async (...args: readonly string[]): Promise<unknown> => {
    const { status, stdout, stderr } = await run(...args, '--json');
    if (status !== 0)
      throw new Error(`farm ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
    return JSON.parse(stdout);
  };
  const processes = (): ReturnType<FarmUp['processes']> =>
    child?.pid === undefined || child.exitCode !== null ? [] : descendants(child.pid);
  const signal = async (name: NodeJS.Signals): Promise<number | null> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(name);
    const [status] = (await exited) as [number | null];
    return status;
  };
  const start = async (): Promise<void> => {
    notes = '';
    const starting = spawn(process.execPath, [farmProgram, ...upArguments], {
      env: { ...process.env, ...environment },
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    starting.stderr.on('data', (chunk: Buffer) => (notes += chunk.toString()));
    child = starting;
    await eventually('farm up is up', startDeadlineMs, () => {
      if (starting.exitCode !== null)
        throw new Error(`farm up ended with ${String(starting.exitCode)}: ${notes}`);
      return notes.includes('farm is up');
    });
    await eventually(
      'all devices are registered',
      startDeadlineMs,
      async () =>
        ((await json('devices')) as { devices: unknown[] }).devices.length === virtualPhones + 1,
    );
  };
  await start();
  return {
    folder,
    dataDir,
    ports,
    agentConfigPath,
    run,
    json,
    processes,
    start,
    signal,
    notes: () => notes,
    pid: (words) => {
      const [found, ...more] = processes().filter(({ command }) => command.includes(words));
      if (found === undefined || more.length > 0)
        throw new Error(
          `${found === undefined ? 'no process' : 'several processes'} with "${words}"`,
        );
      return found.pid;
    },
    remove: async () => {
      await signal('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
