import type { Command } from 'commander';
import { agentConfigSchema } from '../../agent/config';
import { createLogger } from '../../platform/logger';
import { parseYaml, readYamlFile } from '../../platform/config/yaml';
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
    .action(async (options: ProgramOptions & { virtual?: string }) => {
      // Loaded here, not above: the other commands start without the weight of the programs.
      const { startAgent } = await import('../../agent/main.js');
      const config =
        options.config === undefined
          ? parseYaml('', agentConfigSchema, 'defaults')
          : readYamlFile(options.config, agentConfigSchema);
      const logger = createLogger('agent', config.logLevel);
      const running = await startAgent({
        config,
        virtualFleetPath: options.virtual,
        insecureListen: options.insecureListen === true,
        logger,
      });
      await runUntilStopped(running, { httpPort: running.httpPort });
    });
}
