import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from './system_error';

/**
 * Makes a folder with those above it, as `mkdir -p` does. Node's own does not end below /proc, where a folder that can be
 * made in is not there. @throws the system's error; EEXIST for a file in its place, ENOTDIR for one above it
 */
export async function makeFolder(folder: string): Promise<void> {
  const wanted = path.resolve(folder);
  const missing: string[] = [];
  for (let at = wanted; !(await isFolder(at, wanted)); at = path.dirname(at)) missing.push(at);
  for (const each of missing.reverse()) await makeOne(each, wanted);
}

async function makeOne(folder: string, wanted: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // Somebody else made it meanwhile.
    if (systemErrorCode(error) !== 'EEXIST' || !(await isFolder(folder, wanted))) throw error;
  }
}

async function isFolder(place: string, wanted: string): Promise<boolean> {
  try {
    if ((await stat(place)).isDirectory()) return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`${place} is no folder`), {
    code: place === wanted ? 'EEXIST' : 'ENOTDIR',
  });
}
