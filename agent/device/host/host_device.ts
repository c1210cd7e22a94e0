import { accessSync, constants, mkdirSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../platform/time/clock';
import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { withinLimits } from '../call_scope';
import type { Device, ExecuteOptions, Execution, FileToRead } from '../device';
import { runChild, type ChildRequest } from './child';
import { fileOwner } from '../job_files';
import { copyFileIn, digestOfFile, readHostFile, removeHostFiles } from './host_files';
import { hostHardware } from './host_hardware';
import { readHostState } from './host_state';
import { ownerVariable, removeLeftovers } from './leftovers';

interface HostDeviceOptions {
  /** The agent's own folder; the work folder is made in it. */
  readonly dataDir: string;
  /** Cores that tools are pinned to; empty for all. */
  readonly cores: readonly number[];
}

const localDeadlineMs = 30_000;

/** This machine as a device. Ends what an agent with the same data folder left when it was killed. */
export async function openHostDevice(options: HostDeviceOptions): Promise<Device> {
  const workFolder = path.resolve(options.dataDir, 'host');
  mkdirSync(workFolder, { recursive: true });
  await removeLeftovers(workFolder);
  const gone = new AbortController();
  const pinning =
    options.cores.length > 0 && isInstalled('taskset')
      ? ['taskset', '-c', options.cores.join(',')]
      : [];
  return {
    hardware: hostHardware(workFolder),
    workFolder,
    disconnected: new Promise((resolve) =>
      gone.signal.addEventListener('abort', () => resolve(String(gone.signal.reason)), {
        once: true,
      }),
    ),
    owner: fileOwner(options.dataDir),
    readState: () =>
      withinLimits(
        { what: 'reading the state', deadlineMs: localDeadlineMs, gone: gone.signal },
        () => Promise.resolve(ok(readHostState(systemClock.nowMs()))),
      ),
    endJob: ({ modelPath, all }) =>
      withinLimits(
        { what: 'ending the job', deadlineMs: localDeadlineMs, gone: gone.signal },
        async () => {
          const state = readHostState(systemClock.nowMs());
          const modelDigest = await digestOfFile(modelPath);
          await removeHostFiles(all);
          return ok({ state, modelDigest });
        },
      ),
    execute: (command, execution) =>
      execute({ workFolder, pinning, gone: gone.signal }, command, execution),
    push: (localPath, devicePath, push) =>
      withinLimits(
        {
          what: `push of ${devicePath}`,
          deadlineMs: push.deadlineMs,
          signal: push.signal,
          gone: gone.signal,
        },
        (signal) => copyFileIn(localPath, devicePath, push.executable, signal),
      ),
    close: () => {
      gone.abort('closed by the agent');
      return Promise.resolve();
    },
  };
}

interface HostLink {
  readonly workFolder: string;
  readonly pinning: readonly string[];
  readonly gone: AbortSignal;
}

async function execute(
  link: HostLink,
  command: readonly string[],
  options: ExecuteOptions,
): Promise<Result<Execution, FarmFault>> {
  const what = command[0] ?? 'the command';
  if (command.some((word) => word.includes('\0')))
    return fail(farmFault('transfer-failed', 'a command with a null byte cannot be run'));
  const request = {
    command: [...link.pinning, ...command],
    environment: { ...process.env, ...options.environment, [ownerVariable]: link.workFolder },
    workingDirectory: options.workingDirectory ?? link.workFolder,
  };
  let finished: Promise<unknown> = Promise.resolve();
  const result = await withinLimits(
    { what, deadlineMs: options.deadlineMs, signal: options.signal, gone: link.gone },
    (signal) => {
      const run = runAndRead(request, options.thenRead, signal);
      finished = run;
      return run;
    },
  );
  // The group was killed: by the time we answer it is gone.
  if (!result.ok) await finished;
  return result;
}

async function runAndRead(
  request: ChildRequest,
  thenRead: FileToRead | undefined,
  signal: AbortSignal,
): Promise<Result<Execution, FarmFault>> {
  const run = await runChild(request, signal);
  if (!run.ok) return run;
  return ok({
    ...run.value,
    fileRead: thenRead === undefined || signal.aborted ? null : await readHostFile(thenRead),
  });
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
