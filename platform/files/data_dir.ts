import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { BadInputError } from '../../common/bad_input';
import { makeFolder } from './make_folder';
import { systemErrorCode } from './system_error';

/** Makes the folder of a program's configuration field `dataDir`, with those above it. @throws BadInputError when it cannot. */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    throw new BadInputError(
      `dataDir: ${dataDir} cannot be created (${systemErrorCode(error)}); set it to a folder that this user may write`,
    );
  }
}

/** A program's folder in its configuration. A leading `~/` is the user's home, which no shell replaces there. */
export const dataDirField = z
  .string('expected the path of a folder')
  .refine((text) => text.trim() !== '' && !text.includes('\0'), 'expected the path of a folder')
  .transform((text) =>
    text === '~' || text.startsWith('~/') ? path.join(os.homedir(), text.slice(1)) : text,
  );
