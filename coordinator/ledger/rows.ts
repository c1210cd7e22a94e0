import type { z } from 'zod';
import type { Artifact, ModelFormat } from '../../common/artifact';
import { assert, unreachable } from '../../common/assert';
import type {
  CandidateFault,
  CandidateFaultCode,
  FarmFault,
  FarmFaultCode,
} from '../../common/fault';
import type { BenchmarkPlan, JobResult } from '../../common/job';
import type { Measurement } from '../../common/measurement';
import { formatTarget, parseTarget } from '../../common/target';
import { deviceSchema } from '../../proto/codec/device';
import { readField } from '../../proto/codec/field';
import { planSchema } from '../../proto/codec/job';
import { measurementSchema } from '../../proto/codec/measurement';
import { refusalSchema } from '../../proto/codec/result';
import type {
  CandidateRecord,
  ConfirmationRecord,
  DeviceRecord,
  JobRecord,
  JobState,
  ProposalRecord,
  ProposalState,
  SearchExtension,
  SearchRecord,
  WallTime,
} from './ledger';
import type {
  ArtifactTable,
  AttemptTable,
  CandidateTable,
  ConfirmationTable,
  DeviceTable,
  JobTable,
  MeasurementTable,
  ProposalTable,
  SearchExtensionTable,
  SearchTable,
} from './schema';

export function searchToRow(search: SearchRecord): SearchTable {
  return {
    search_id: search.searchId,
    name: search.name,
    state: search.state,
    spec_yaml: search.specYaml,
    created_at_ms: search.createdAtMs,
    ...wallToColumns(search.wall),
  };
}

export function searchFromRow(row: SearchTable): SearchRecord {
  return {
    searchId: row.search_id,
    name: row.name,
    state: row.state,
    specYaml: row.spec_yaml,
    createdAtMs: row.created_at_ms,
    wall: { ranMs: row.ran_ms, runningSinceMs: row.running_since_ms },
  };
}

export function wallToColumns({
  ranMs,
  runningSinceMs,
}: WallTime): Pick<SearchTable, 'ran_ms' | 'running_since_ms'> {
  return { ran_ms: ranMs, running_since_ms: runningSinceMs };
}

export function extensionToRow(
  searchId: string,
  { extensionId, measurements, phoneMinutes, wallMinutes }: SearchExtension,
): SearchExtensionTable {
  return {
    search_id: searchId,
    extension_id: extensionId,
    measurements,
    phone_minutes: phoneMinutes,
    wall_minutes: wallMinutes,
  };
}

export function extensionFromRow(row: SearchExtensionTable): SearchExtension {
  return {
    extensionId: row.extension_id,
    measurements: row.measurements,
    phoneMinutes: row.phone_minutes,
    wallMinutes: row.wall_minutes,
  };
}

export function candidateToRow(candidate: CandidateRecord): CandidateTable {
  const { searchId, target, sequence, architecture, jobId } = candidate;
  return { search_id: searchId, target, sequence, architecture, job_id: jobId };
}

export function candidateFromRow(row: CandidateTable): CandidateRecord {
  return {
    searchId: row.search_id,
    target: row.target,
    sequence: row.sequence,
    architecture: row.architecture,
    jobId: row.job_id,
  };
}

export function confirmationToRow({
  searchId,
  target,
  sequence,
  architecture,
  round,
  jobId,
}: ConfirmationRecord): ConfirmationTable {
  return { job_id: jobId, search_id: searchId, target, sequence, architecture, round };
}

export function confirmationFromRow(row: ConfirmationTable): ConfirmationRecord {
  return {
    searchId: row.search_id,
    target: row.target,
    sequence: row.sequence,
    architecture: row.architecture,
    round: row.round,
    jobId: row.job_id,
  };
}

export function proposalToRow({
  searchId,
  target,
  sequence,
  architecture,
}: ProposalRecord): ProposalTable {
  return { search_id: searchId, target, sequence, architecture, ended_sequence: null };
}

/** `row.state` is that of its job, if there is one. */
export function proposalFromRow(
  row: ProposalTable & {
    readonly state: JobTable['state'] | null;
    readonly reused_job_id: string | null;
  },
): ProposalRecord & { readonly state: ProposalState } {
  const state =
    row.ended_sequence !== null
      ? 'abandoned'
      : row.reused_job_id !== null
        ? 'reused'
        : (row.state ?? 'waiting');
  return {
    searchId: row.search_id,
    target: row.target,
    sequence: row.sequence,
    architecture: row.architecture,
    state,
  };
}

type JobStateColumns = Pick<
  JobTable,
  | 'state'
  | 'measured_device_serial'
  | 'measured_epoch'
  | 'reused_job_id'
  | 'fault_code'
  | 'fault_message'
  | 'fault_refusal'
  | 'violation'
>;

export function jobStateToColumns(state: JobState): JobStateColumns {
  const columns = {
    measured_device_serial: null,
    measured_epoch: null,
    reused_job_id: null,
    fault_code: null,
    fault_message: null,
    fault_refusal: null,
    violation: null,
  };
  switch (state.kind) {
    case 'open':
      return { ...columns, state: 'open' };
    case 'reused':
      return { ...columns, state: 'measured', reused_job_id: state.jobId };
    case 'measured':
      return {
        ...columns,
        state: 'measured',
        measured_device_serial: state.deviceSerial,
        measured_epoch: state.epoch,
      };
    case 'excluded':
      return {
        ...columns,
        ...faultToColumns(state.fault),
        state: 'infeasible',
        violation: state.violation,
      };
    case 'infeasible':
    case 'abandoned':
      return { ...columns, ...faultToColumns(state.fault), state: state.kind };
    default:
      return unreachable(state);
  }
}

function faultToColumns(
  fault: CandidateFault | FarmFault,
): Pick<JobTable, 'fault_code' | 'fault_message' | 'fault_refusal'> {
  const refusal = fault.kind === 'candidate-fault' ? fault.refusal : null;
  return {
    fault_code: fault.code,
    fault_message: fault.message,
    fault_refusal: refusal === null ? null : JSON.stringify(refusal),
  };
}

export function jobToRow(record: JobRecord): JobTable {
  const { job } = record;
  return {
    job_id: job.jobId,
    owner_id: record.ownerId,
    target: formatTarget(job.target),
    artifact_digest: job.artifact.digest,
    artifact_size_bytes: job.artifact.sizeBytes,
    artifact_format: job.artifact.format,
    plan: JSON.stringify(job.plan),
    priority: record.priority,
    weight: record.weight,
    ...jobStateToColumns(record.state),
    ended_sequence: record.endedSequence,
    ended_at_ms: null,
  };
}

export function planFromRow(row: Pick<JobTable, 'job_id' | 'plan'>): BenchmarkPlan {
  return readDocument(planSchema, row.plan, `plan of job ${row.job_id}`);
}

export function jobFromRow(row: JobTable): JobRecord {
  return {
    job: {
      jobId: row.job_id,
      target: parseTarget(row.target),
      artifact: {
        digest: row.artifact_digest,
        sizeBytes: row.artifact_size_bytes,
        format: row.artifact_format as ModelFormat,
      },
      plan: planFromRow(row),
    },
    ownerId: row.owner_id,
    priority: row.priority,
    weight: row.weight,
    state: jobStateFromColumns(row),
    endedSequence: row.ended_sequence,
  };
}

export function jobStateFromColumns(row: JobStateColumns): JobState {
  switch (row.state) {
    case 'open':
      return { kind: 'open' };
    case 'measured':
      if (row.reused_job_id !== null) return { kind: 'reused', jobId: row.reused_job_id };
      assert(
        row.measured_device_serial !== null && row.measured_epoch !== null,
        'a measured job names its lease',
      );
      return {
        kind: 'measured',
        deviceSerial: row.measured_device_serial,
        epoch: row.measured_epoch,
      };
    case 'infeasible': {
      const refusal =
        row.fault_refusal === null
          ? null
          : readDocument(refusalSchema, row.fault_refusal, 'refusal of an infeasible job');
      const fault: CandidateFault = {
        kind: 'candidate-fault',
        code: row.fault_code as CandidateFaultCode,
        message: row.fault_message ?? '',
        refusal,
      };
      return row.violation === null
        ? { kind: 'infeasible', fault }
        : { kind: 'excluded', fault, violation: row.violation };
    }
    case 'abandoned':
      return {
        kind: 'abandoned',
        fault: {
          kind: 'farm-fault',
          code: row.fault_code as FarmFaultCode,
          message: row.fault_message ?? '',
        },
      };
    default:
      return unreachable(row.state);
  }
}

export function attemptToRow(
  { lease, agentId, artifactDigest, outcome }: JobResult,
  atMs: number,
): AttemptTable {
  const fault =
    outcome.kind === 'measured'
      ? { fault_code: null, fault_message: null, fault_refusal: null }
      : faultToColumns(outcome);
  return {
    job_id: lease.jobId,
    epoch: lease.epoch,
    device_serial: lease.deviceSerial,
    agent_id: agentId,
    artifact_digest: artifactDigest,
    outcome: outcome.kind,
    ...fault,
    at_ms: atMs,
  };
}

export function measurementToRow({ lease }: JobResult, measurement: Measurement): MeasurementTable {
  const { summary } = measurement;
  return {
    job_id: lease.jobId,
    epoch: lease.epoch,
    device_serial: lease.deviceSerial,
    soc: measurement.conditions.soc,
    latency_ms: measurement.latencyMs,
    p5_ms: summary.p5Ms,
    p50_ms: summary.p50Ms,
    p95_ms: summary.p95Ms,
    mean_ms: summary.meanMs,
    sd_ms: summary.sdMs,
    sample_count: summary.n,
    started_at_ms: measurement.startedAtMs,
    finished_at_ms: measurement.finishedAtMs,
    document: JSON.stringify(measurement),
  };
}

export function measurementFromRow(
  row: Pick<MeasurementTable, 'job_id' | 'document'>,
): Measurement {
  return readDocument(measurementSchema, row.document, `measurement of job ${row.job_id}`);
}

export function artifactToRow(artifact: Artifact, createdAtMs: number): ArtifactTable {
  return {
    digest: artifact.digest,
    size_bytes: artifact.sizeBytes,
    format: artifact.format,
    created_at_ms: createdAtMs,
  };
}

export function artifactFromRow(row: ArtifactTable): Artifact {
  return { digest: row.digest, sizeBytes: row.size_bytes, format: row.format as ModelFormat };
}

export function deviceToRow(device: DeviceRecord): DeviceTable {
  return {
    serial: device.description.serial,
    agent_id: device.agentId,
    last_seen_at_ms: device.lastSeenAtMs,
    drained: device.drained ? 1 : 0,
    description: JSON.stringify(device.description),
  };
}

export function deviceFromRow(row: DeviceTable): DeviceRecord {
  return {
    description: readDocument(deviceSchema, row.description, `device ${row.serial}`),
    agentId: row.agent_id,
    lastSeenAtMs: row.last_seen_at_ms,
    drained: row.drained === 1,
  };
}

/** What the ledger itself wrote; anything else there is damage that must not be computed with. */
function readDocument<Value>(schema: z.ZodType<Value>, text: string, what: string): Value {
  const document = readField(schema, JSON.parse(text));
  assert(
    document.ok,
    `the ledger's ${what} is readable${document.ok ? '' : ` (${document.error})`}`,
  );
  return document.value;
}
