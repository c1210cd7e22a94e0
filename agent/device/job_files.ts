import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';

/** Longer than the longest plan: what an agent left that never came back is then anybody's to remove. */
const abandonedAfterMs = 7 * 24 * 3_600_000;

const jobName = /^job-([0-9a-f]{8})-(\d{1,12})-[0-9a-f]{12}[.-]/;

/** Eight hexadecimal digits that are this agent's in the names of files on a phone: two agents may share one. The same after a restart. */
export function fileOwner(dataDir: string): string {
  return createHash('sha256')
    .update(`${hostname()}:${resolve(dataDir)}`)
    .digest('hex')
    .slice(0, 8);
}

/** What the names of one job's files begin with: never the same for two jobs, whichever agents carry them out. */
export function drawJobName(owner: string, nowMs: number): string {
  return `job-${owner}-${String(Math.floor(nowMs / 1000))}-${randomBytes(6).toString('hex')}`;
}

/** Of these names in a work folder, the job files that an agent left which does nothing there now: our own, and very old ones. */
export function abandonedJobFiles(
  names: readonly string[],
  owner: string,
  nowMs: number,
): readonly string[] {
  return names.filter((name) => {
    const [, whose, atSeconds] = jobName.exec(name) ?? [];
    return (
      whose === owner ||
      (whose !== undefined && nowMs - Number(atSeconds) * 1000 > abandonedAfterMs)
    );
  });
}
