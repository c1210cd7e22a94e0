import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version in package.json: one folder up in the source tree, two in the compiled one. */
export function farmVersion(): string {
  for (const folder of ['..', '../..']) {
    try {
      const { name, version } = JSON.parse(
        readFileSync(path.join(__dirname, folder, 'package.json'), 'utf8'),
      ) as { name?: unknown; version?: unknown };
      if (name === 'pareto-farm' && typeof version === 'string') return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}
