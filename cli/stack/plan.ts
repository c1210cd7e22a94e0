import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './free_port';
import type { StackPorts } from './ports';
import type { ProcessOptions } from './process';

/** What the parts of a farm on one machine are told. */
export interface PlanOptions {
  readonly dataDir: string;
  readonly logDir: string;
  readonly ports: StackPorts;
  /** Watch the adb server that this user's phones are on. */
  readonly realPhones: boolean;
  /** Behind an adb server of their own, so that they do not mix with the user's phones. */
  readonly virtualFleet: VirtualFleetPlan | undefined;
  /** Becomes part of every agent's configuration: tools, pools, readiness. */
  readonly agentConfig: Readonly<Record<string, unknown>>;
  readonly logLevel: string;
  /** Tasks of training at once; 0 for no predictor worker. */
  readonly predictorProcesses: number;
}

interface VirtualFleetPlan {
  /** Paths in it are relative to the data folder. */
  readonly fleetYaml: string;
}

/** The processes of a farm in the order in which they start; their configuration is written. */
export async function planProcesses(options: PlanOptions): Promise<ProcessOptions[]> {
  return [
    await natsServer(options),
    await coordinator(options),
    await localAgent(options),
    ...(options.predictorProcesses === 0 ? [] : [await predictor(options)]),
    ...(options.virtualFleet === undefined ? [] : await virtualPart(options, options.virtualFleet)),
  ];
}

async function natsServer(options: PlanOptions): Promise<ProcessOptions> {
  // As deploy/nats/nats-server.conf, with this farm's port and folder.
  const file = await writeConfig(options, 'nats-server.conf', {
    host: '127.0.0.1',
    port: options.ports.nats,
    max_payload: 8 * 1024 * 1024,
    jetstream: { store_dir: path.join(options.dataDir, 'nats') },
  });
  return foreignProgram(options, 'nats-server', ['nats-server', '-c', file]);
}

async function coordinator(options: PlanOptions): Promise<ProcessOptions> {
  const { dataDir, ports, logLevel } = options;
  const file = await writeConfig(options, 'coordinator.yaml', {
    dataDir: path.join(dataDir, 'coordinator'),
    nats: natsUrl(ports),
    grpc: { port: ports.grpc },
    http: { port: ports.http },
    logLevel,
  });
  return ownProgram(options, 'coordinator', ['coordinator', '--config', file]);
}

async function localAgent(options: PlanOptions): Promise<ProcessOptions> {
  const file = await writeAgentConfig(options, 'local-agent', {
    http: { port: options.ports.agentHttp },
    ...(options.realPhones ? {} : { adb: { enabled: false } }),
  });
  return ownProgram(options, 'local-agent', ['agent', '--config', file]);
}

async function predictor(options: PlanOptions): Promise<ProcessOptions> {
  const { dataDir, ports, logLevel, predictorProcesses } = options;
  const file = await writeConfig(options, 'predictor.yaml', {
    worker: 'local-predictor',
    coordinator: `127.0.0.1:${String(ports.grpc)}`,
    nats: natsUrl(ports),
    dataDir: path.join(dataDir, 'predictor'),
    processes: predictorProcesses,
    http: { port: 0 },
    logLevel,
  });
  return ownProgram(options, 'predictor', ['predictor', '--config', file]);
}

async function virtualPart(
  options: PlanOptions,
  { fleetYaml }: VirtualFleetPlan,
): Promise<ProcessOptions[]> {
  const adbPort = await freePort();
  const fleetPath = path.join(options.dataDir, 'virtual-fleet.yaml');
  await writeFile(fleetPath, fleetYaml);
  const file = await writeAgentConfig(options, 'virtual-agent', {
    http: { port: 0 },
    host: { enabled: false },
    adb: { port: adbPort, startServer: false },
  });
  const adb = ['adb', '-P', String(adbPort), 'nodaemon', 'server'] as const;
  return [
    foreignProgram(options, 'virtual-adb', adb),
    ownProgram(options, 'virtual-agent', ['agent', '--config', file, '--virtual', fleetPath]),
  ];
}

/** `config` goes before what the operator says of all agents. */
function writeAgentConfig(
  options: PlanOptions,
  name: string,
  config: Readonly<Record<string, unknown>>,
): Promise<string> {
  return writeConfig(options, `${name}.yaml`, {
    agent: name,
    coordinator: `127.0.0.1:${String(options.ports.grpc)}`,
    nats: natsUrl(options.ports),
    dataDir: path.join(options.dataDir, name),
    logLevel: options.logLevel,
    ...options.agentConfig,
    ...config,
  });
}

/** JSON is YAML, and NATS reads it too: nothing to quote by hand. */
async function writeConfig(
  { dataDir }: PlanOptions,
  fileName: string,
  config: unknown,
): Promise<string> {
  const file = path.join(dataDir, fileName);
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

function ownProgram(
  { logDir }: PlanOptions,
  name: string,
  args: readonly string[],
): ProcessOptions {
  return {
    name,
    command: [process.execPath, path.join(__dirname, '../main.js'), ...args],
    logPath: path.join(logDir, `${name}.log`),
    channel: true,
  };
}

function foreignProgram(
  { logDir }: PlanOptions,
  name: string,
  command: ProcessOptions['command'],
): ProcessOptions {
  return { name, command, logPath: path.join(logDir, `${name}.log`), channel: false };
}

function natsUrl({ nats }: StackPorts): string {
  return `nats://127.0.0.1:${String(nats)}`;
}
