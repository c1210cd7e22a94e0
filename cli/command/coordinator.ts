import type { Command } from 'commander';
import { createLogger } from '../../platform/logger';
import { readConfiguration } from '../../platform/config/yaml_file';
import { coordinatorConfigSchema } from '../../coordinator/config';
import { runUntilStopped } from '../../platform/lifecycle/run_until_stopped';
import { withProgramOptions, type ProgramOptions } from './program_options';

export function registerCoordinator(program: Command): void {
  withProgramOptions(
    program.command('coordinator').description('run the coordinator alone (docs/deployment.md)'),
  ).action(async (options: ProgramOptions) => {
    // Loaded here, not above: the other commands start without the weight of the programs.
    const { startCoordinator } = await import('../../coordinator/main.js');
    const config = readConfiguration(options.config, coordinatorConfigSchema);
    const running = await startCoordinator(
      { ...config, insecureListen: options.insecureListen === true },
      createLogger('coordinator', config.logLevel),
    );
    await runUntilStopped(running, { grpcPort: running.grpcPort, httpPort: running.httpPort });
  });
}
