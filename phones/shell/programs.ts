import { androidPrograms } from './commands/android';
import { filePrograms } from './commands/files';
import { processPrograms } from './commands/processes';
import { textPrograms } from './commands/text';
import type { Command } from './command';

/** The programs of /system/bin, by name. */
export const programs: ReadonlyMap<string, Command> = new Map([
  ...textPrograms,
  ...filePrograms,
  ...processPrograms,
  ...androidPrograms,
]);
