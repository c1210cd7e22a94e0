import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { withDeadline } from '../../platform/time/deadline';
import { freePort, requireFreePorts } from './free_port';
import { holdFolder } from './folder_lock';
import { supervise, type Supervised } from './supervisor';
import type { StackPorts } from './ports';
import { requirePrograms } from './programs';
import { startProcess, type ProcessOptions } from './process';

interface StackOptions {
  readonly dataDir: string;
  readonly logDir: string;
  readonly ports: StackPorts;
  /** Watch the adb server that this user's phones are on. */
  readonly realPhones: boolean;
  /** Behind an adb server of their own, so that they do not mix with the user's phones. */
  readonly virtualFleet: VirtualFleet | undefined;
  /** Becomes part of every agent's configuration: tools, pools, readiness. */
  readonly agentConfig: Readonly<Record<string, unknown>>;
  readonly logLevel: string;
  readonly note: (line: string) => void;
}

interface VirtualFleet {
  /** Paths in it are relative to the data folder. */
  readonly fleetYaml: string;
}

export interface Stack {
  /** HOST:PORT of the coordinator's gRPC. */
  readonly coordinator: string;
  readonly processes: () => readonly { readonly name: string; readonly pid: number }[];
  /** Rejects when a part cannot be kept running. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** A program that is not ready by then will not be: SQLite migrations and JetStream recovery take seconds. */
const readyDeadlineMs = 60_000;

/** Starts NATS, the coordinator and the agents on this machine, in that order, and keeps them running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const release = await holdFolder(options.dataDir);
  const parts: Supervised[] = [];
  const stop = async (): Promise<void> => {
    // Agents first, so that their last results still find the broker; the broker last.
    for (const part of [...parts].reverse()) await part.stop();
    release();
  };
  try {
    requirePrograms(['nats-server', ...(options.virtualFleet === undefined ? [] : ['adb'])]);
    await requireFreePorts(options.ports);
    await mkdir(options.logDir, { recursive: true });
    const plan = await planProcesses(options);
    for (const each of plan) parts.push(await startPart(each, options));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    coordinator: `127.0.0.1:${String(options.ports.grpc)}`,
    processes: () => parts.map((part) => ({ name: part.current().name, pid: part.current().pid })),
    failed: Promise.race(parts.map((part) => part.failed)),
    stop,
  };
}

async function startPart(options: ProcessOptions, stack: StackOptions): Promise<Supervised> {
  const running = startProcess(options);
  if (!options.channel) return supervise(running, options, stack.note);
  const ready = await withDeadline(running.ready, readyDeadlineMs, options.name);
  if (ready.ok && ready.value !== undefined) return supervise(running, options, stack.note);
  await running.stop();
  throw new BadInputError(
    ready.ok
      ? await running.exited
      : `${options.name} was not ready within ${String(readyDeadlineMs / 1000)} s; its log is ${options.logPath}`,
  );
}

/** As deploy/nats/nats-server.conf, with this farm's port and folder. NATS reads JSON. */
async function writeNatsConfig({ dataDir, ports }: StackOptions): Promise<string> {
  const file = path.join(dataDir, 'nats-server.conf');
  const config = {
    host: '127.0.0.1',
    port: ports.nats,
    max_payload: 8 * 1024 * 1024,
    jetstream: { store_dir: path.join(dataDir, 'nats') },
  };
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

async function planProcesses(options: StackOptions): Promise<ProcessOptions[]> {
  const inData = (...parts: string[]): string => path.join(options.dataDir, ...parts);
  const logPath = (name: string): string => path.join(options.logDir, `${name}.log`);
  const nats = `nats://127.0.0.1:${String(options.ports.nats)}`;
  const farm = (...args: string[]): readonly [string, ...string[]] => [
    process.execPath,
    path.join(__dirname, '../main.js'),
    ...args,
  ];
  const writeConfig = async (name: string, config: unknown): Promise<string> => {
    const file = inData(`${name}.yaml`);
    // JSON is YAML: nothing to quote by hand.
    await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
    return file;
  };
  const agent = async (
    name: string,
    config: Record<string, unknown>,
    args: readonly string[],
  ): Promise<ProcessOptions> => {
    const common = {
      agent: name,
      coordinator: `127.0.0.1:${String(options.ports.grpc)}`,
      nats,
      dataDir: inData(name),
      logLevel: options.logLevel,
    };
    const file = await writeConfig(name, { ...common, ...options.agentConfig, ...config });
    return {
      name,
      command: farm('agent', '--config', file, ...args),
      logPath: logPath(name),
      channel: true,
    };
  };

  const coordinatorConfig = await writeConfig('coordinator', {
    dataDir: inData('coordinator'),
    nats,
    grpc: { port: options.ports.grpc },
    http: { port: options.ports.http },
    logLevel: options.logLevel,
  });
  const processes: ProcessOptions[] = [
    {
      name: 'nats-server',
      command: ['nats-server', '-c', await writeNatsConfig(options)],
      logPath: logPath('nats-server'),
      channel: false,
    },
    {
      name: 'coordinator',
      command: farm('coordinator', '--config', coordinatorConfig),
      logPath: logPath('coordinator'),
      channel: true,
    },
    await agent(
      'local-agent',
      {
        http: { port: options.ports.agentHttp },
        ...(options.realPhones ? {} : { adb: { enabled: false } }),
      },
      [],
    ),
  ];
  if (options.virtualFleet !== undefined) {
    const adbPort = await freePort();
    const fleetPath = inData('virtual-fleet.yaml');
    await writeFile(fleetPath, options.virtualFleet.fleetYaml);
    const virtual = {
      http: { port: 0 },
      host: { enabled: false },
      adb: { port: adbPort, startServer: false },
    };
    processes.push(
      {
        name: 'virtual-adb',
        command: ['adb', '-P', String(adbPort), 'nodaemon', 'server'],
        logPath: logPath('virtual-adb'),
        channel: false,
      },
      await agent('virtual-agent', virtual, ['--virtual', fleetPath]),
    );
  }
  return processes;
}
