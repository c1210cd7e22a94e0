import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { once } from 'node:events';
import type { FarmFault } from '../../../common/fault';
import { ok, type Result } from '../../../common/result';
import { withDeadline } from '../../../platform/time/deadline';
import { BoundedCapture } from '../bounded_capture';
import type { Execution } from '../device';

/** The same bounds as on a phone. */
const longestOutputBytes = 4 * 1024 * 1024;
const longestErrorOutputBytes = 64 * 1024;

/** For a child of the tool that keeps our pipes open after the tool has ended. */
const stragglerGraceMs = 1_000;

export interface ChildRequest {
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
}

/** Runs a program in its own process group until it ends or `signal` aborts, which kills the whole group. */
export async function runChild(
  request: ChildRequest,
  signal: AbortSignal,
): Promise<Result<Omit<Execution, 'fileRead'>, FarmFault>> {
  const stdout = new BoundedCapture(longestOutputBytes, 0);
  const stderr = new BoundedCapture(longestErrorOutputBytes, 0);
  const exitCode = await superviseChild(request, signal, { stdout, stderr });
  return ok({
    exitCode: exitCode.code,
    stdout: text(stdout),
    stderr: text(stderr) + exitCode.note,
  });
}

interface Ending {
  readonly code: number;
  readonly note: string;
}

async function superviseChild(
  request: ChildRequest,
  signal: AbortSignal,
  output: { readonly stdout: BoundedCapture; readonly stderr: BoundedCapture },
): Promise<Ending> {
  const [program = '', ...args] = request.command;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd: request.workingDirectory,
      env: request.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    // A null byte in an argument.
    return notStarted(program, error);
  }
  child.stdout?.on('data', (chunk: Buffer) => output.stdout.append(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.stderr.append(chunk));
  const killNow = (): void => killGroup(child.pid);
  signal.addEventListener('abort', killNow, { once: true });
  try {
    const closed = once(child, 'close');
    closed.catch(() => undefined);
    const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (!(await withDeadline(closed, stragglerGraceMs, program)).ok) killNow();
    await closed;
    return { code: code ?? 128 + (by === null ? 0 : constants.signals[by]), note: '' };
  } catch (error) {
    return notStarted(program, error);
  } finally {
    signal.removeEventListener('abort', killNow);
  }
}

/** The answers of a shell, so that the host and a phone say the same. */
function notStarted(program: string, error: unknown): Ending {
  const code = (error as NodeJS.ErrnoException).code;
  return { code: code === 'ENOENT' ? 127 : 126, note: `${program}: ${(error as Error).message}` };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function text(capture: BoundedCapture): string {
  return capture.contents().head.toString('utf8');
}
