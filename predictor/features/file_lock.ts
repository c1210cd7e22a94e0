import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { systemErrorCode } from '../../platform/files/system_error';

/** A holder says at least so often that it lives; a process of this number may be another one by now. */
const longestSilenceMs = 60_000;
const pollIntervalMs = 100;

interface FileLock {
  /** To be called while it is held, more often than the longest silence. */
  touch(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Waits until nobody else on this machine holds the lock. That of a dead process is taken over. It saves work and is no fence: in a race over a dead one's,
 * two may hold it, so what they make must come to the same.
 */
export async function lockFile(path: string, onWait: () => void): Promise<FileLock> {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return {
        touch: () => utimes(path, new Date(), new Date()).catch(() => undefined),
        release: () => rm(path, { force: true }),
      };
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
    if (await isAbandoned(path)) await rm(path, { force: true });
    else {
      onWait();
      await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
    }
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > longestSilenceMs) return true;
    const holder = Number(await readFile(path, 'utf8'));
    // Empty for a moment, after it was made.
    return holder > 0 && !isAlive(holder);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
