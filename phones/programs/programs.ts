import { androidPrograms } from './android';
import { filePrograms } from './files';
import { processPrograms } from './processes';
import { textPrograms } from './text';
import type { PhoneProgram } from '../shell/command';

/** The programs of /system/bin, by name. */
export const programs: ReadonlyMap<string, PhoneProgram> = new Map([
  ...textPrograms,
  ...filePrograms,
  ...processPrograms,
  ...androidPrograms,
]);
