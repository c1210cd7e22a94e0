import type { FileToRead } from '../device';
import { quoted } from './shell';

/** Of standard error; tools say why they failed in far less. */
export const longestErrorOutputBytes = 64 * 1024;

interface ExecutionRequest {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly thenRead: FileToRead | null;
}

/** The work folder on the phone, and whose the files are that we leave in it: another agent may use it too. */
export interface WorkPlace {
  readonly workFolder: string;
  readonly owner: string;
}

/** Where the standard error of the execution with this process id goes: a file that is left tells of a tool that was left. */
export function errorFileName(owner: string, pid: number | '$$'): string {
  return `.run-${owner}-${pid}`;
}

/**
 * One shell line that prints: our process id and a newline; the tool's standard output; the marker and the exit code;
 * its standard error, bounded; the marker and an exit code; the file to read, one byte beyond its bound if it is too
 * long; the marker and the exit code of that reading. `shell:` has neither exit codes nor a second stream, hence the marker. The
 * shell that adbd starts leads its own process group, so killing that group ends the tool and its children.
 * https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/daemon/shell_service.cpp
 */
export function executionScript(
  request: ExecutionRequest,
  { workFolder, owner }: WorkPlace,
  marker: string,
): string {
  const errorFile = `${quoted(workFolder)}/${errorFileName(owner, '$$')}`;
  const assignments = Object.entries(request.environment).map(
    ([name, value]) => `${name}=${quoted(value)}`,
  );
  // A name without a slash could be a builtin such as `exit`, which would end this script: `env` runs programs only.
  const runner = request.command[0]?.includes('/') === true ? [] : ['env'];
  const words = [...assignments, ...runner, ...request.command.map(quoted)].join(' ');
  return [
    'echo $$',
    `exec 2>${errorFile}`,
    `cd ${quoted(request.workingDirectory)} && ${words} </dev/null`,
    `echo ${marker} $?`,
    `head -c ${longestErrorOutputBytes} ${errorFile}`,
    `rm -f ${errorFile}`,
    `echo ${marker} $?`,
    // Without a file the exit code is one of failure too: nothing was read. What `head` says of it belongs to nobody.
    request.thenRead === null
      ? 'false'
      : `head -c ${request.thenRead.largestBytes + 1} ${quoted(request.thenRead.path)} 2>/dev/null`,
    `echo ${marker} $?`,
  ].join('; ');
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variable names cannot be quoted in a shell, so they are checked. */
export function isVariableName(name: string): boolean {
  return variableName.test(name);
}
