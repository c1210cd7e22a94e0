import path from 'node:path';
import type { Command } from 'commander';
import { agentConfigSchema } from '../../agent/config';
import { createLogger } from '../../platform/logger';
import { readConfiguration } from '../../platform/config/yaml_file';
import { startVirtualPhones } from '../stack/virtual_phones';
import { runUntilStopped } from '../../platform/lifecycle/run_until_stopped';
import { withProgramOptions, type ProgramOptions } from './program_options';

export function registerAgent(program: Command): void {
  withProgramOptions(
    program
      .command('agent')
      .description(
        'run one agent: the phones on this machine, and the machine itself (docs/phones.md)',
      ),
  )
    .option('--virtual <fleet.yaml>', 'also run these virtual phones (docs/virtual-phones.md)')
    .action(run);
}

async function run(options: ProgramOptions & { virtual?: string }): Promise<void> {
  const config = readConfiguration(options.config, agentConfigSchema);
  const logger = createLogger('agent', config.logLevel);
  const phones =
    options.virtual === undefined
      ? undefined
      : await startVirtualPhones({
          fleetPath: options.virtual,
          adb: config.adb,
          folder: path.join(config.dataDir, 'virtual'),
          logger,
        });
  try {
    // Loaded here, not above: the other commands start without the weight of the programs.
    const { startAgent } = await import('../../agent/main.js');
    const running = await startAgent({
      config,
      virtualTools: phones?.tools,
      insecureListen: options.insecureListen === true,
      logger,
    });
    const done = phones === undefined ? running.done : Promise.race([running.done, phones.failed]);
    await runUntilStopped({ ...running, done }, { httpPort: running.httpPort });
  } finally {
    await phones?.close();
  }
}
