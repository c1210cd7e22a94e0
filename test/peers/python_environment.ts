import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** PyTorch and TensorFlow are large. */
const installDeadlineMs = 30 * 60_000;

export interface PythonEnvironment {
  readonly python: string;
  /** The folder of the script and its requirements in the source tree. */
  readonly source: string;
}

/** A virtual environment for test/peers/NAME, or for one of several tools there, kept in the user's cache, with what its requirements pin. */
export async function pythonEnvironment(name: string, tool?: string): Promise<PythonEnvironment> {
  const source = path.resolve(__dirname, '../../../test/peers', name);
  const folder = path.join(
    process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'),
    'pareto-farm/peers',
    name,
    tool ?? '',
  );
  const python = path.join(folder, 'bin/python');
  if (!existsSync(python))
    await run('python3', ['-m', 'venv', folder], { timeout: installDeadlineMs });
  await run(
    python,
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '-r',
      path.join(source, tool === undefined ? 'requirements.txt' : `requirements-${tool}.txt`),
    ],
    { timeout: installDeadlineMs },
  );
  return { python, source };
}
