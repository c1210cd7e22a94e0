import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;

/** Waits until `condition` holds. */
export async function eventually(
  what: string,
  deadlineMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await sleep(pollMs);
  }
}

interface ProcessLine {
  readonly pid: number;
  /** Its arguments, separated by blanks. */
  readonly command: string;
}

/** `pid` and everything that it started, directly or not. */
export function descendants(pid: number): ProcessLine[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
  return [
    { pid, command: commandOf(pid) },
    ...children.flatMap((child) => (isAlive(child) ? descendants(child) : [])),
  ];
}

/** A zombie is dead: only its parent has not looked yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Every process of this machine whose command line names `text`. */
export function processesNaming(text: string): ProcessLine[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isAlive)
    .map((pid) => ({ pid, command: commandOf(pid) }))
    .filter(({ command }) => command.includes(text));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
