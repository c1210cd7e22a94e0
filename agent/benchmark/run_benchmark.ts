import type { Clock } from '../../platform/time/clock';
import type { DeviceState } from '../../common/device';
import {
  blamesTarget,
  candidateFault,
  farmFault,
  type CandidateFault,
  type FarmFault,
} from '../../common/fault';
import type { Job, Outcome } from '../../common/job';
import { fail, ok, type Result } from '../../common/result';
import { formatTarget } from '../../common/target';
import type {
  Invocation,
  RuntimeAdapter,
  SessionReport,
  ToolCommand,
} from '../runtimes/tool/runtime_adapter';
import { writeMeasurement, type Timeline } from './measurement_record';
import { limitsFor, waitUntilReady, type ReadinessLimits } from './readiness';
import { mostSessions, needsSession } from './session_rule';
import { headlineMsOf, summarizeSession } from '../../common/benchmark_summary';
import type { JobFiles, PreparedDevice } from './prepared_device';

export interface BenchmarkTask {
  readonly preparedDevice: PreparedDevice;
  readonly adapter: RuntimeAdapter;
  readonly job: Job;
  /** On this machine. */
  readonly modelPath: string;
  readonly clock: Clock;
  readonly limits: ReadinessLimits;
  readonly signal: AbortSignal;
  /** Cores to pin to (see pinning.ts); empty for none. */
  readonly cores: readonly number[];
  readonly agentVersion: string;
  /** How long the artifact's fetch took, for the measurement's stage times. */
  readonly fetchMs: number;
}

interface RunningJob extends BenchmarkTask {
  readonly files: JobFiles;
}

type Fault = CandidateFault | FarmFault;

/** For a model: the largest that is allowed, 2 GiB, over slow USB 2. */
const modelPushDeadlineMs = 600_000;

/** 10,000 rows of a result file are well below this. */
const largestResultBytes = 8 * 1024 * 1024;

/**
 * Measures one model on one device: tools there, model pushed, device ready, as many sessions one after another as the plan and they themselves ask for,
 * state after, files removed. The first fault ends it and is the outcome; whatever happens, the files are removed.
 * Never rejects.
 */
export async function runBenchmark(request: BenchmarkTask): Promise<Outcome> {
  const { preparedDevice, adapter, job } = request;
  if (!adapter.formats.includes(job.artifact.format)) {
    return candidateFault(
      'invalid-model',
      `${formatTarget(job.target)} runs ${adapter.formats.join(' or ')} models, not ${job.artifact.format}`,
    );
  }
  const running: RunningJob = {
    ...request,
    files: preparedDevice.openJob(job.artifact.format, request.clock.nowMs()),
  };
  const prepared = await prepare(running);
  if (!prepared.ok) return cleanUpAfter(running, prepared.error);
  const measured = await runSessions(running);
  if (!measured.ok) {
    if (measured.error.kind === 'farm-fault' && blamesTarget(measured.error.code))
      preparedDevice.tools.distrust();
    return cleanUpAfter(running, measured.error);
  }
  return finish(running, prepared.value, measured.value);
}

interface Prepared {
  readonly before: DeviceState;
  readonly startedAtMs: number;
  readonly pushedAtMs: number;
  readonly readyAtMs: number;
}

async function prepare(request: RunningJob): Promise<Result<Prepared, FarmFault>> {
  const { preparedDevice, adapter, files, clock, signal } = request;
  const startedAtMs = clock.nowMs();
  const installed =
    adapter.tools === null
      ? ok(undefined)
      : await preparedDevice.tools.install(adapter.tools, signal);
  if (!installed.ok) return installed;
  const pushed = await preparedDevice.device.push(request.modelPath, files.modelPath, {
    executable: false,
    deadlineMs: modelPushDeadlineMs,
    signal,
  });
  if (!pushed.ok) return pushed;
  const pushedAtMs = clock.nowMs();
  const recentState = preparedDevice.takeFreshState(pushedAtMs);
  const limits = limitsFor(preparedDevice.device.hardware.kind, request.limits);
  const ready = await waitUntilReady({
    clock,
    limits,
    signal,
    recentState,
    readState: () => preparedDevice.device.readState(),
  });
  return ready.ok
    ? ok({ before: ready.value, startedAtMs, pushedAtMs, readyAtMs: clock.nowMs() })
    : ready;
}

interface MeasuredSessions {
  readonly reports: readonly SessionReport[];
  readonly toolCommand: ToolCommand;
}

async function runSessions(request: RunningJob): Promise<Result<MeasuredSessions, Fault>> {
  const reports: SessionReport[] = [];
  const mediansMs: number[] = [];
  while (needsSession(request.job.plan, mediansMs)) {
    const report = await runSession(request, invocationOf(request, reports.length));
    if (!report.ok) return report;
    reports.push(report.value);
    mediansMs.push(headlineMsOf(summarizeSession(report.value.session)));
  }
  return ok({ reports, toolCommand: request.adapter.command(invocationOf(request, 0)) });
}

function invocationOf(
  { preparedDevice, job, cores, files }: RunningJob,
  session: number,
): Invocation {
  return {
    offer: job.target,
    plan: job.plan,
    workFolder: preparedDevice.device.workFolder,
    modelPath: files.modelPath,
    resultPath: files.resultPath(session),
    cores,
  };
}

async function runSession(
  request: BenchmarkTask,
  invocation: Invocation,
): Promise<Result<SessionReport, Fault>> {
  const { preparedDevice, adapter, job, signal } = request;
  if (signal.aborted) return fail(farmFault('stopped', 'stopped between sessions'));
  const toolCommand = adapter.command(invocation);
  const thenRead = toolCommand.readsResultFile
    ? { thenRead: { path: invocation.resultPath, largestBytes: largestResultBytes } }
    : {};
  const limits = { deadlineMs: job.plan.sessionDeadlineMs, signal };
  const executed = await preparedDevice.device.execute(toolCommand.command, {
    ...limits,
    environment: toolCommand.environment,
    ...thenRead,
  });
  if (!executed.ok) return executed;
  const { exitCode, stdout, stderr, fileRead } = executed.value;
  // Without the file the tool's own words say more about what went wrong than "no such file".
  return adapter.parse(
    { exitCode, stdout, stderr, resultFile: fileRead?.toString('utf8') ?? null },
    invocation,
  );
}

async function finish(
  request: RunningJob,
  prepared: Prepared,
  measured: MeasuredSessions,
): Promise<Outcome> {
  const { preparedDevice, clock, files, job } = request;
  const measuredAtMs = clock.nowMs();
  const ended = await preparedDevice.device.endJob({
    modelPath: files.modelPath,
    all: filesOf(request),
  });
  if (!ended.ok) return cleanUpAfter(request, ended.error);
  const { state: after, modelDigest } = ended.value;
  if (modelDigest !== job.artifact.digest)
    return otherFile(files.modelPath, modelDigest, job.artifact.digest);
  preparedDevice.keepState(after);
  const timeline: Timeline = { ...prepared, measuredAtMs, finishedAtMs: clock.nowMs() };
  return {
    kind: 'measured',
    measurement: writeMeasurement({
      ...request,
      ...measured,
      timeline,
      before: prepared.before,
      after,
    }),
  };
}

/** Nobody but this job writes to that path: whoever did, what was timed may not be what was asked for. */
function otherFile(path: string, found: string | null, expected: string): FarmFault {
  return farmFault(
    'transfer-failed',
    `${path} ${found === null ? 'was no longer there' : `had the digest ${found}`} when its sessions had ended, and not the job's ${expected}`,
  );
}

async function cleanUpAfter(request: RunningJob, fault: Fault): Promise<Outcome> {
  // A failure here is not the job's: what stays is removed when the device attaches again.
  await request.preparedDevice.remove(filesOf(request));
  return fault;
}

/** What the job leaves on the device. */
function filesOf({ files, job }: RunningJob): readonly string[] {
  const results = Array.from({ length: mostSessions(job.plan) }, (_, session) =>
    files.resultPath(session),
  );
  return [files.modelPath, ...results];
}
