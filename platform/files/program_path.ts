import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** The file that would run as `program`: looked for in PATH, or taken as a path when it has a slash. */
export function findProgram(program: string): string | undefined {
  const places = program.includes('/')
    ? [program]
    : (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, program));
  return places.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
