import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The first line of a file of /proc or /sys, or null where this machine has none. */
export function readLine(file: string): string | null {
  return readText(file)?.split('\n')[0]?.trim() ?? null;
}

export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Paths of the entries of `folder` whose names match, in the order of their numbers; empty where there is no such folder. */
export function entriesOf(folder: string, pattern: RegExp): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => pattern.test(name));
    return names
      .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}
