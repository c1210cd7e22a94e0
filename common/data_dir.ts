import { mkdir } from 'node:fs/promises';
import { BadInputError } from './bad_input';
import { systemErrorCode } from './system_error';

/** Makes the folder of a program's configuration field `dataDir`, with those above it. @throws BadInputError when it cannot. */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (error) {
    throw new BadInputError(`dataDir: ${dataDir} cannot be created (${systemErrorCode(error)}); set it to a folder that this user may write`);
  }
}
