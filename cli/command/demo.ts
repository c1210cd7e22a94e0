import path from 'node:path';
import type { Command } from 'commander';
import type { Terminal } from '../output/terminal';
import { runDemo } from '../demo/demo';

export function registerDemo(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('a whole search on this machine and four virtual phones, in minutes')
    .option('-o, --output <dir>', 'where the results go', 'farm-demo')
    .action((options: { output: string }) => runDemo(path.resolve(options.output), terminal));
}
