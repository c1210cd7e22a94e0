import type { Command } from 'commander';

export interface ProgramOptions {
  readonly config?: string;
  readonly insecureListen?: boolean;
}

/** What both long-running programs take. */
export function withProgramOptions(command: Command): Command {
  return command
    .option('--config <file>', 'YAML configuration; without it, the defaults')
    .option('--insecure-listen', 'allow listening on addresses other than loopback');
}
