import path from 'node:path';
import type { Command } from 'commander';
import { agentConfigSchema } from '../../agent/config';
import { createLogger } from '../../platform/logger';
import { parseYaml, readYamlFile } from '../../platform/config/yaml';
import { startVirtualPhones } from '../stack/virtual_phones';
import { runUntilStopped, withProgramOptions, type ProgramOptions } from './program_options';

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
  const config =
    options.config === undefined
      ? parseYaml('', agentConfigSchema, 'defaults')
      : readYamlFile(options.config, agentConfigSchema);
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
    const done = phones?.failed ?? new Promise<never>(() => undefined);
    await runUntilStopped({ done, stop: () => running.stop() }, { httpPort: running.httpPort });
  } finally {
    await phones?.close();
  }
}
