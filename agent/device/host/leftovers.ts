import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

/** Set in every child, and inherited by its children, so that whose they are can be proved after we were killed. */
export const ownerVariable = 'PARETO_FARM_WORK_FOLDER';

/**
 * Ends what a killed agent left running and removes its half-written files. Ours are the processes whose environment
 * names our work folder: process ids are given anew, and a child's environment is set in the same instant as the child.
 * The folder is in the agent's own, so that all job files in it are ours too.
 */
export async function removeLeftovers(workFolder: string): Promise<void> {
  for (const pid of await pidsOf(workFolder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
  for (const name of await readdir(workFolder))
    if (name.endsWith('.part') || name.startsWith('job-'))
      await rm(path.join(workFolder, name), { force: true });
}

async function pidsOf(workFolder: string): Promise<readonly number[]> {
  const mark = `${ownerVariable}=${workFolder}`;
  const pids: number[] = [];
  for (const name of await namesIn('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    if ((await environmentOf(name)).split('\0').includes(mark)) pids.push(Number(name));
  }
  return pids;
}

async function environmentOf(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // Another user's, or ended: in either case not ours to end.
    return '';
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    // No /proc on this operating system.
    return [];
  }
}
