import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const farmProgram = path.join(__dirname, '../../dist/cli/main.js');

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface FarmOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
}

/** A command that neither works nor fails by then hangs. */
const commandDeadlineMs = 45_000;

/** Runs the farm command as a user types it, from the compiled program, and waits for its end. */
export async function farm(args: readonly string[], options: FarmOptions = {}): Promise<Finished> {
  const child = spawn(process.execPath, [farmProgram, ...args], {
    env: { ...process.env, ...options.environment },
    cwd: options.workingDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: commandDeadlineMs,
    killSignal: 'SIGKILL',
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...text };
}
