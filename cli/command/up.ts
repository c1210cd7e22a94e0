import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { agentConfigSchema } from '../../agent/config';
import { defaultFleetYaml } from '../../phones/fleet';
import { readYamlFile } from '../../platform/config/yaml_file';
import { wholeNumberFrom } from '../input/number_option';
import type { Terminal } from '../output/terminal';
import { defaultPorts } from '../stack/ports';
import { signalled } from '../../platform/lifecycle/signals';
import { startStack } from '../stack/stack';

interface UpOptions {
  readonly data: string;
  readonly virtualPhones: number;
  readonly http: number;
  readonly grpc: number;
  readonly nats: number;
  readonly agentHttp: number;
  readonly agentConfig?: string;
  readonly predictorProcesses: number;
}

/** More would not fit one adb server's threads; `npm run bench` goes to 500. */
const mostVirtualPhones = 1_000;
const mostPredictorProcesses = 256;
/** The virtual phones of two runs are the same phones. */
const virtualFleetSeed = 1;

/** Names, ports and folders are `farm up`'s own business. `adb` and `host` are about the agent of the real phones. */
const sharedConfigSchema = agentConfigSchema.pick({
  cacheBytes: true,
  adb: true,
  host: true,
  pools: true,
  exclude: true,
  runtimes: true,
  tools: true,
  readiness: true,
});

export function registerUp(program: Command, terminal: Terminal): void {
  const port = wholeNumberFrom({ min: 1, max: 65_535 });
  program
    .command('up')
    .description(
      'run everything on this machine: NATS, coordinator, agent, and virtual phones if asked for',
    )
    .option('--data <dir>', 'where everything is kept', path.join(dataHome(), 'pareto-farm'))
    .option(
      '--virtual-phones <n>',
      'virtual Snapdragon phones beside the real ones',
      wholeNumberFrom({ min: 0, max: mostVirtualPhones }),
      0,
    )
    .option('--http <port>', 'metrics and health of the coordinator', port, defaultPorts.http)
    .option('--grpc <port>', 'the coordinator, for commands and agents', port, defaultPorts.grpc)
    .option('--nats <port>', 'the message broker', port, defaultPorts.nats)
    .option(
      '--agent-http <port>',
      "metrics and health of this machine's agent",
      port,
      defaultPorts.agentHttp,
    )
    .option(
      '--agent-config <file>',
      "YAML with the agent's tools, pools and readiness limits (docs/phones.md)",
    )
    .option(
      '--predictor-processes <n>',
      'blocks and networks that are trained at once on this machine',
      wholeNumberFrom({ min: 0, max: mostPredictorProcesses }),
      1,
    )
    .action(async (options: UpOptions) => {
      const interrupted = signalled();
      const stack = await start(options, terminal);
      terminal.note(
        `farm is up: coordinator ${stack.coordinator}, metrics http://127.0.0.1:${String(options.http)}/metrics, data ${options.data}; interrupt to stop`,
      );
      try {
        await Promise.race([stack.failed, interrupted]);
      } finally {
        terminal.note('stopping');
        await stack.stop();
      }
    });
}

/** https://specifications.freedesktop.org/basedir-spec/latest/: one that is empty or relative is to be ignored. */
function dataHome(): string {
  const named = process.env['XDG_DATA_HOME'] ?? '';
  return path.isAbsolute(named) ? named : path.join(os.homedir(), '.local/share');
}

function start(options: UpOptions, terminal: Terminal): ReturnType<typeof startStack> {
  const ports = {
    grpc: options.grpc,
    http: options.http,
    nats: options.nats,
    agentHttp: options.agentHttp,
  };
  // Before anything is started, so that a mistake is answered at once.
  const agentConfig =
    options.agentConfig === undefined ? {} : readYamlFile(options.agentConfig, sharedConfigSchema);
  const virtualFleet =
    options.virtualPhones === 0
      ? undefined
      : { fleetYaml: defaultFleetYaml(options.virtualPhones, virtualFleetSeed) };
  const dataDir = path.resolve(options.data);
  return startStack({
    dataDir,
    logDir: path.join(dataDir, 'log'),
    ports,
    realPhones: true,
    virtualFleet,
    agentConfig,
    logLevel: 'info',
    predictorProcesses: options.predictorProcesses,
    note: terminal.note,
  });
}
