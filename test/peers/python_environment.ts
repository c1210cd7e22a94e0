import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const installDeadlineMs = 10 * 60_000;

export interface PythonEnvironment {
  readonly python: string;
  /** The folder of the script and its requirements.txt in the source tree. */
  readonly source: string;
}

/** A virtual environment for test/peers/NAME, kept in the user's cache, with what its requirements.txt pins. */
export async function pythonEnvironment(name: string): Promise<PythonEnvironment> {
  const source = path.resolve(__dirname, '../../../test/peers', name);
  const folder = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'pareto-farm/peers', name);
  const python = path.join(folder, 'bin/python');
  if (!existsSync(python)) await run('python3', ['-m', 'venv', folder], { timeout: installDeadlineMs });
  await run(python, ['-m', 'pip', 'install', '--quiet', '-r', path.join(source, 'requirements.txt')], { timeout: installDeadlineMs });
  return { python, source };
}
