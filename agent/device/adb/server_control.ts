import { spawn } from 'node:child_process';
import { BadInputError } from '../../../common/bad_input';
import { findProgram } from '../../../platform/files/program_path';
import type { AdbAddress } from './connection';

/** `adb start-server` needs well under a second; a machine under load a few. */
const startDeadlineMs = 15_000;

/** @throws BadInputError when the program that is to start the server is not there */
export function requireAdbProgram(binary: string): void {
  if (findProgram(binary) !== undefined) return;
  throw new BadInputError(
    `adb.binary: ${binary} cannot be found; install adb (sudo apt-get install adb), give its path, or set adb.startServer: false if a server runs already, adb.enabled: false if this machine has no phones`,
  );
}

/** Runs `adb start-server` on the port; true when adb says that it is up. Only for a server on this machine. */
export function startAdbServer(binary: string, address: AdbAddress): Promise<boolean> {
  return new Promise((resolve) => {
    // No pipes: the server would inherit them and keep them open for as long as it lives.
    const child = spawn(binary, ['-P', String(address.port), 'start-server'], {
      stdio: 'ignore',
      timeout: startDeadlineMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
