import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { pythonEnvironment } from '../python_environment';

const run = promisify(execFile);
const exportDeadlineMs = 60 * 60_000;

/** One environment each: their versions of protobuf exclude one another. */
const exporters = ['torch', 'keras', 'paddle'] as const;

/**
 * Writes test/data/exported anew: `node dist/test/peers/exporters/run.js [FOLDER] [--full]`. With --full PyTorch's
 * exporters write torchvision's own networks into FOLDER instead: about 8 GB.
 */
async function main(): Promise<void> {
  const full = process.argv.includes('--full');
  const folder = path.resolve(
    process.argv.slice(2).find((argument) => !argument.startsWith('--')) ??
      path.join(__dirname, '../../../../test/data/exported'),
  );
  mkdirSync(folder, { recursive: true });
  for (const exporter of full ? (['torch'] as const) : exporters) {
    const { python, source } = await pythonEnvironment('exporters', exporter);
    const { stdout } = await run(
      python,
      [path.join(source, `export_${exporter}.py`), folder, ...(full ? ['--full'] : [])],
      { timeout: exportDeadlineMs, maxBuffer: 1e9, cwd: source },
    );
    // The exporters print graphs of their own between the lines that count.
    process.stdout.write(
      stdout
        .split('\n')
        .filter(
          (line) => /^\w[\w.-]* .*(\d|not exported.*)$/.test(line) && !line.startsWith('graph'),
        )
        .join('\n') + '\n',
    );
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`exporters: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
