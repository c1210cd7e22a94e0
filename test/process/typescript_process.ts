import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** Runs a TypeScript file of the tests in a process of its own, to be killed at any instruction; standard output is piped. */
export function spawnTypescript(
  file: string,
  ...args: readonly string[]
): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const hook = path.join(__dirname, 'typescript_hook.js');
  return spawn(process.execPath, ['--require', hook, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
