import { BadInputError } from './bad_input';
import { makeFolder } from './make_folder';
import { systemErrorCode } from './system_error';

/** Makes the folder of a program's configuration field `dataDir`, with those above it. @throws BadInputError when it cannot. */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    throw new BadInputError(`dataDir: ${dataDir} cannot be created (${systemErrorCode(error)}); set it to a folder that this user may write`);
  }
}
