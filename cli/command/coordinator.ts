import type { Command } from 'commander';
import { createLogger } from '../../platform/logger';
import { parseYaml, readYamlFile } from '../../platform/config/yaml';
import { coordinatorConfigSchema } from '../../coordinator/config';
import { runUntilStopped, withProgramOptions, type ProgramOptions } from './program_options';

export function registerCoordinator(program: Command): void {
  withProgramOptions(
    program.command('coordinator').description('run the coordinator alone (docs/deployment.md)'),
  ).action(async (options: ProgramOptions) => {
    // Loaded here, not above: the other commands start without the weight of the programs.
    const { startCoordinator } = await import('../../coordinator/main.js');
    const config =
      options.config === undefined
        ? parseYaml('', coordinatorConfigSchema, 'defaults')
        : readYamlFile(options.config, coordinatorConfigSchema);
    const running = await startCoordinator(
      { ...config, insecureListen: options.insecureListen === true },
      createLogger('coordinator', config.logLevel),
    );
    await runUntilStopped(running, { grpcPort: running.grpcPort, httpPort: running.httpPort });
  });
}
