import type { DeviceState } from '../../common/device';
import type { Job } from '../../common/job';
import type { Conditions, Measurement } from '../../common/measurement';
import type { Device } from '../device/device';
import type { RuntimeAdapter, SessionReport, ToolCommand } from '../runtimes/tool/runtime_adapter';
import { summarizeBenchmark, type BenchmarkSummary } from '../../common/benchmark_summary';

/** When each stage of a benchmark ended. */
export interface Timeline {
  readonly startedAtMs: number;
  readonly pushedAtMs: number;
  readonly readyAtMs: number;
  readonly measuredAtMs: number;
  readonly finishedAtMs: number;
}

interface BenchmarkRecord {
  readonly preparedDevice: { readonly device: Device };
  readonly adapter: RuntimeAdapter;
  readonly job: Job;
  readonly agentVersion: string;
  readonly fetchMs: number;
  readonly reports: readonly SessionReport[];
  readonly toolCommand: ToolCommand;
  readonly before: DeviceState;
  readonly after: DeviceState;
  readonly timeline: Timeline;
}

/** Sessions that differ by more are not one number: well-kept phones stay below 2.5 %. */
const trustedSessionsCv = 0.05;

export function writeMeasurement(record: BenchmarkRecord): Measurement {
  const sessions = record.reports.map((report) => report.session);
  const summary = summarizeBenchmark(sessions);
  const { startedAtMs, pushedAtMs, readyAtMs, measuredAtMs, finishedAtMs } = record.timeline;
  return {
    ...summary,
    sessions,
    conditions: conditionsOf(record, summary),
    stages: {
      fetchMs: record.fetchMs,
      pushMs: pushedAtMs - startedAtMs,
      readinessMs: readyAtMs - pushedAtMs,
      measureMs: measuredAtMs - readyAtMs,
      cleanUpMs: finishedAtMs - measuredAtMs,
    },
    startedAtMs,
    finishedAtMs,
  };
}

function conditionsOf(record: BenchmarkRecord, summary: BenchmarkSummary): Conditions {
  const { preparedDevice, adapter, job, reports } = record;
  const { serial, kind, soc, osBuild } = preparedDevice.device.hardware;
  const shares = reports.map((report) => report.unitShare);
  return {
    deviceSerial: serial,
    deviceKind: kind,
    soc,
    osBuild,
    agentVersion: record.agentVersion,
    tool: adapter.name,
    toolVersion: reports[0]?.toolVersion ?? null,
    toolDigest: adapter.tools?.digest ?? null,
    command: shellLine(record.toolCommand),
    threads: job.plan.threads,
    boundary: adapter.boundary,
    unitShare: shares.every((share) => share !== null) ? Math.min(...shares) : null,
    before: record.before,
    after: record.after,
    caveats: [
      ...new Set([...reports.flatMap((report) => report.caveats), ...ownCaveats(record, summary)]),
    ],
  };
}

function ownCaveats(
  { before, after, job, preparedDevice }: BenchmarkRecord,
  summary: BenchmarkSummary,
): string[] {
  const caveats =
    preparedDevice.device.hardware.kind === 'host' ? [] : readingCaveats([before, after]);
  if ((after.thermalStatus ?? 0) > (before.thermalStatus ?? 0))
    caveats.push(
      `the thermal status rose from ${String(before.thermalStatus ?? 0)} to ${String(after.thermalStatus)}`,
    );
  if (summary.betweenSessionsCv !== null && summary.betweenSessionsCv > trustedSessionsCv) {
    caveats.push(
      `the sessions differ: coefficient of variation ${(100 * summary.betweenSessionsCv).toFixed(1)} %, trusted up to ${String(100 * trustedSessionsCv)} %`,
    );
  }
  const fewest = Math.min(...summary.sessionSummaries.map((session) => session.n));
  if (fewest < job.plan.runs)
    caveats.push(
      `a session made ${String(fewest)} of ${String(job.plan.runs)} runs before its time limit`,
    );
  const { sessions, decisionMs } = job.plan;
  const made = summary.sessionSummaries.length;
  if (decisionMs !== undefined && made < sessions)
    caveats.push(
      `ended after ${String(made)} of ${String(sessions)} sessions: clearly above the ${decisionMs.toFixed(3)} ms that it would have had to beat`,
    );
  return caveats;
}

/** What keeps the readings from telling whether the phone was fit to be timed. */
function readingCaveats(states: readonly DeviceState[]): string[] {
  const caveats: string[] = [];
  if (states.some((state) => state.thermalStatusOverridden))
    caveats.push(
      'the thermal status is overridden on this phone (cmd thermalservice reset undoes it)',
    );
  if (states.some((state) => state.batteryFrozen))
    caveats.push(
      'the battery readings of this phone are frozen, so its charge and the heat of its battery are not known (dumpsys battery reset undoes it)',
    );
  if (states.some((state) => Object.keys(state.celsiusBySensor).length === 0))
    caveats.push('this phone shows no temperatures of its sensors, so it may have been hot');
  return caveats;
}

function shellLine({ command, environment }: ToolCommand): string {
  const assignments = Object.entries(environment).map(
    ([name, value]) => `${name}=${shellWord(value)}`,
  );
  return [...assignments, ...command.map(shellWord)].join(' ');
}

/** For a person to paste: quoted only where a shell would otherwise read more than a word. */
function shellWord(word: string): string {
  return /^[\w./:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
