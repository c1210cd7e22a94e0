import type { Command } from 'commander';
import { signalled } from '../stack/signalled';

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

/**
 * Tells the parent that the program is ready, then waits until it ends by itself (a rejection is its failure), a signal
 * asks for the end, or the parent's channel breaks; stops it in peace.
 */
export async function runUntilStopped(
  running: { readonly done: Promise<void>; stop(): Promise<void> },
  ready: Readonly<Record<string, unknown>>,
): Promise<void> {
  const abandoned = new Promise<void>((resolve) => {
    if (process.connected) process.once('disconnect', () => resolve());
  });
  process.send?.({ kind: 'ready', ...ready });
  try {
    await Promise.race([running.done, abandoned, signalled()]);
  } finally {
    await running.stop();
  }
}
