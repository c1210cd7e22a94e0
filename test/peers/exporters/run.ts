import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const installDeadlineMs = 30 * 60_000;
const exportDeadlineMs = 60 * 60_000;

/** One environment each: their versions of protobuf exclude one another. */
const exporters = ['torch', 'keras', 'paddle'] as const;

/**
 * Writes test/data/exported anew: `node dist/test/peers/exporters/run.js [FOLDER] [--full]`. With --full PyTorch's
 * exporters write torchvision's own networks into FOLDER instead: about 8 GB.
 */
async function main(): Promise<void> {
  const source = path.resolve(__dirname, '../../../../test/peers/exporters');
  const full = process.argv.includes('--full');
  const folder = path.resolve(process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? path.join(source, '../../data/exported'));
  for (const exporter of full ? (['torch'] as const) : exporters) {
    const python = await environment(source, exporter);
    const { stdout } = await run(python, [path.join(source, `export_${exporter}.py`), folder, ...(full ? ['--full'] : [])], { timeout: exportDeadlineMs, maxBuffer: 1e9, cwd: source });
    // The exporters print graphs of their own between the lines that count.
    process.stdout.write(stdout.split('\n').filter((line) => /^\w[\w.-]* .*(\d|not exported.*)$/.test(line) && !line.startsWith('graph')).join('\n') + '\n');
  }
}

/** A virtual environment of its own, kept in the user's cache. */
async function environment(source: string, exporter: string): Promise<string> {
  const folder = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'pareto-farm/peers/exporters', exporter);
  const python = path.join(folder, 'bin/python');
  if (!existsSync(python)) await run('python3', ['-m', 'venv', folder], { timeout: installDeadlineMs });
  await run(python, ['-m', 'pip', 'install', '--quiet', '-r', path.join(source, `requirements-${exporter}.txt`)], { timeout: installDeadlineMs });
  return python;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`exporters: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
