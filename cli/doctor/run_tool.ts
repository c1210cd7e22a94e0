import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** `adb` may start its server first; everything else answers at once. */
const toolDeadlineMs = 15_000;

/** What a program of this machine printed. Rejects when it is not there, fails, or hangs. */
export function runTool(
  program: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return run(program, args, { timeout: toolDeadlineMs });
}
