import { readFileSync } from 'node:fs';
import path from 'node:path';

/** From this file to the root: in the source tree, and in the compiled one. */
const rootFolders = ['../..', '../../..'];

/** The version in package.json. */
export function farmVersion(): string {
  for (const folder of rootFolders) {
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
