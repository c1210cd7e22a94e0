import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { agentConfigSchema } from '../../agent/config';
import { defaultFleetYaml } from '../../agent/virtual/fleet';
import { readYamlFile } from '../../common/yaml';
import type { Terminal } from '../output/terminal';
import { requireFreePort } from '../stack/free_port';
import { defaultPorts } from '../stack/ports';
import { signalled } from '../stack/signalled';
import { startStack, type VirtualFleet } from '../stack/stack';

interface UpOptions {
  readonly data: string;
  readonly virtualPhones: number;
  readonly http: number;
  readonly grpc: number;
  readonly agentConfig?: string;
}

/** More would not fit one adb server's threads; `npm run bench` goes to 500. */
const mostVirtualPhones = 1_000;
/** The virtual phones of two runs are the same phones. */
const virtualFleetSeed = 1;

export function registerUp(program: Command, terminal: Terminal): void {
  const port = (text: string): number => wholeNumber(text, 1, 65_535);
  program
    .command('up')
    .description('run everything on this machine: NATS, coordinator, agent, and virtual phones if asked for')
    .option('--data <dir>', 'where everything is kept', path.join(process.env['XDG_DATA_HOME'] ?? path.join(os.homedir(), '.local/share'), 'pareto-farm'))
    .option('--virtual-phones <n>', 'virtual Snapdragon phones beside the real ones', (text) => wholeNumber(text, 0, mostVirtualPhones), 0)
    .option('--http <port>', 'metrics and health of the coordinator', port, defaultPorts.http)
    .option('--grpc <port>', 'the coordinator, for commands and agents', port, defaultPorts.grpc)
    .option('--agent-config <file>', "YAML with the agent's tools, pools and readiness limits (docs/phones.md)")
    .action(async (options: UpOptions) => {
      const stack = await start(options, terminal);
      terminal.note(`farm is up: coordinator ${stack.coordinator}, metrics http://127.0.0.1:${String(options.http)}/metrics, data ${options.data}; interrupt to stop`);
      try {
        await Promise.race([stack.failed, signalled()]);
      } finally {
        terminal.note('stopping');
        await stack.stop();
      }
    });
}

async function start(options: UpOptions, terminal: Terminal): ReturnType<typeof startStack> {
  const ports = { ...defaultPorts, http: options.http, grpc: options.grpc };
  await requireFreePort(ports.grpc, 'gRPC', '--grpc PORT');
  await requireFreePort(ports.http, 'HTTP', '--http PORT');
  await requireFreePort(ports.nats, 'NATS', 'another machine, or end the other farm');
  await requireFreePort(ports.agentHttp, "the agent's HTTP", 'http.port in --agent-config');
  await mkdir(options.data, { recursive: true });
  const virtualFleet = options.virtualPhones === 0 ? undefined : await writeFleet(options.data, options.virtualPhones);
  // Validated here so that a mistake is answered at once; passed on as it is, the agent reads it again.
  const agentConfig = options.agentConfig === undefined ? {} : readYamlFile(options.agentConfig, agentConfigSchema.partial());
  return startStack({ dataDir: options.data, ports, realPhones: true, virtualFleet, agentConfig, logLevel: 'info', note: terminal.note });
}

async function writeFleet(dataDir: string, count: number): Promise<VirtualFleet> {
  const fleetPath = path.join(dataDir, 'virtual-fleet.yaml');
  await writeFile(fleetPath, defaultFleetYaml(count, virtualFleetSeed));
  return { fleetPath };
}

function wholeNumber(text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(`expected a whole number from ${String(min)} to ${String(max)}`);
}
