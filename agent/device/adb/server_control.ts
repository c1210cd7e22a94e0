import { spawn } from 'node:child_process';
import type { AdbAddress } from './connection';

/** `adb start-server` needs well under a second; a machine under load a few. */
const startDeadlineMs = 15_000;

/** Runs `adb start-server` on the port; true when adb says that it is up. Only for a server on this machine. */
export function startAdbServer(binary: string, address: AdbAddress): Promise<boolean> {
  return new Promise((resolve) => {
    // No pipes: the server would inherit them and keep them open for as long as it lives.
    const child = spawn(binary, ['-P', String(address.port), 'start-server'], { stdio: 'ignore', timeout: startDeadlineMs, killSignal: 'SIGKILL' });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
