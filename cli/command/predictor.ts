import type { Command } from 'commander';
import { createLogger } from '../../platform/logger';
import { readConfiguration } from '../../platform/config/yaml_file';
import { runUntilStopped } from '../../platform/lifecycle/run_until_stopped';
import { predictorConfigSchema } from '../../predictor/config';
import type { Terminal } from '../output/terminal';
import { registerPredictorBuild } from './predictor_build';
import { withProgramOptions, type ProgramOptions } from './program_options';

export function registerPredictor(program: Command, terminal: Terminal): void {
  const predictor = withProgramOptions(
    program
      .command('predictor')
      .description(
        'run one predictor worker, which trains blocks and networks; or build and show a predictor of accuracies (docs/training.md)',
      ),
  ).action(run);
  registerPredictorBuild(predictor, terminal);
}

async function run(options: ProgramOptions): Promise<void> {
  const config = readConfiguration(options.config, predictorConfigSchema);
  // Loaded here, not above: the other commands start without the weight of the programs.
  const { startPredictor } = await import('../../predictor/main.js');
  const running = await startPredictor({
    config,
    insecureListen: options.insecureListen === true,
    logger: createLogger('predictor', config.logLevel),
  });
  await runUntilStopped(running, { httpPort: running.httpPort });
}
