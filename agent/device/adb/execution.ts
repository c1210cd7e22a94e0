import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { systemClock } from '../../../platform/time/clock';
import { withinLimits } from '../call_scope';
import type { ExecuteOptions, Execution } from '../device';
import { abandonedJobFiles } from '../job_files';
import { ExecutionOutput } from './execution_output';
import { errorFileName, executionScript, isVariableName, type WorkPlace } from './execution_script';
import { drawMarker, quoted, readSections, streamShell, type PhoneLink } from './shell';

/** SIGKILL takes effect at once unless the process waits in a driver; then more tries do not help. */
const killTries = 5;
const killPauseMs = 100;
const killDeadlineMs = 2_000;

/** Runs a tool on the phone. When its time is up it is killed there: closing the stream would leave it running. */
export async function executeOnPhone(
  link: PhoneLink,
  place: WorkPlace,
  command: readonly string[],
  options: ExecuteOptions,
): Promise<Result<Execution, FarmFault>> {
  const environment = options.environment ?? {};
  const wrongName = Object.keys(environment).find((name) => !isVariableName(name));
  if (wrongName !== undefined)
    return fail(
      farmFault(
        'transfer-failed',
        `${JSON.stringify(wrongName)} is no name of an environment variable`,
      ),
    );
  const marker = drawMarker();
  const thenRead = options.thenRead ?? null;
  const output = new ExecutionOutput(marker, thenRead?.largestBytes ?? 0);
  const script = executionScript(
    {
      command,
      environment,
      workingDirectory: options.workingDirectory ?? place.workFolder,
      thenRead,
    },
    place,
    marker,
  );
  const limits = {
    what: command[0] ?? 'the command',
    deadlineMs: options.deadlineMs,
    signal: options.signal,
    gone: link.gone,
  };
  const stream = new AbortController();
  let ended: Promise<unknown> | undefined;
  try {
    const streamed = await withinLimits(limits, () => {
      const streaming = streamShell(link, script, stream.signal, (chunk) => output.append(chunk));
      ended = streaming;
      return streaming;
    });
    if (!streamed.ok)
      return fail(
        ended === undefined
          ? streamed.error
          : await afterInterruption(link, { place, output, ended }, streamed.error),
      );
  } finally {
    stream.abort();
  }
  const execution = output.finish();
  return execution === null
    ? fail(
        farmFault('disconnected', `the shell of ${link.adbSerial} ended before ${limits.what} did`),
      )
    : ok(execution);
}

interface Interrupted {
  readonly place: WorkPlace;
  readonly output: ExecutionOutput;
  /** Settles when the stream of the shell does. */
  readonly ended: Promise<unknown>;
}

async function afterInterruption(
  link: PhoneLink,
  interrupted: Interrupted,
  fault: FarmFault,
): Promise<FarmFault> {
  if (fault.code === 'disconnected') return fault;
  // The process id may still be on its way: without it the tool could not be ended.
  await Promise.race([
    interrupted.output.started,
    interrupted.ended,
    systemClock.sleep(killDeadlineMs, link.gone),
  ]);
  const { pid } = interrupted.output;
  if (pid === null)
    return farmFault(
      fault.code,
      `${fault.message}; it did not start within ${killDeadlineMs} ms more`,
    );
  const gone = await killGroup(link, interrupted.place, pid);
  return gone
    ? fault
    : farmFault(
        fault.code,
        `${fault.message}; process ${pid} on ${link.adbSerial} could not be ended`,
      );
}

/** Kills the process group that `pid` leads and removes its error file; true once /proc/<pid> is gone. Bounded. */
async function killGroup(
  link: PhoneLink,
  { workFolder, owner }: WorkPlace,
  pid: number,
): Promise<boolean> {
  const errorFile = `${quoted(workFolder)}/${errorFileName(owner, pid)}`;
  for (let attempt = 0; attempt < killTries; attempt += 1) {
    const commands = [
      `kill -9 -${pid} 2>/dev/null; kill -9 ${pid} 2>/dev/null; rm -f ${errorFile}`,
      `ls -d /proc/${pid} 2>/dev/null`,
    ];
    const sections = await readSections(link, commands, {
      what: `ending process ${pid}`,
      deadlineMs: killDeadlineMs,
    });
    if (!sections.ok) return false;
    if (!(sections.value[1] ?? '').includes(`/proc/${pid}`)) return true;
    await systemClock.sleep(killPauseMs, link.gone);
  }
  return false;
}

/** How many tools a killed agent can have left on one phone: it does one thing at a time. */
const mostLeftovers = 16;
/** One job's files at most are left by one death; the command line has room for these. */
const mostLeftFiles = 300;
/** A model of 2 GiB takes a phone a second. */
const removalDeadlineMs = 30_000;

/**
 * Ends the tools that this agent left on the phone when it was killed, and removes the files of its jobs. A pid may have
 * been given to another process since, so only one whose command line names our work folder is ended. What another agent
 * is doing there stays. `fileNames` are those in the work folder.
 */
export async function removeLeftovers(
  link: PhoneLink,
  place: WorkPlace,
  fileNames: readonly string[],
): Promise<void> {
  const { workFolder, owner } = place;
  const pids = fileNames
    .flatMap((name) => new RegExp(`^\\.run-${owner}-(\\d{1,10})$`).exec(name)?.[1] ?? [])
    .slice(0, mostLeftovers);
  for (const pid of pids) {
    const commands = [
      `cat /proc/${pid}/cmdline 2>/dev/null`,
      `rm -f ${quoted(workFolder)}/${errorFileName(owner, Number(pid))}`,
    ];
    const sections = await readSections(link, commands, {
      what: 'looking for left tools',
      deadlineMs: killDeadlineMs,
    });
    if (sections.ok && (sections.value[0] ?? '').includes(workFolder))
      await killGroup(link, place, Number(pid));
  }
  const left = abandonedJobFiles(fileNames, owner, systemClock.nowMs()).slice(0, mostLeftFiles);
  if (left.length === 0) return;
  await readSections(
    link,
    [`rm -f -- ${left.map((name) => quoted(`${workFolder}/${name}`)).join(' ')}`],
    { what: 'removing left files', deadlineMs: removalDeadlineMs },
  );
}
