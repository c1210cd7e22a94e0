import type { Refuser } from '../../../common/trial';
import type { ModelFormat } from '../../../common/artifact';
import { assert, unreachable } from '../../../common/assert';
import type {
  CandidateFault,
  CandidateFaultCode,
  FarmFault,
  FarmFaultCode,
} from '../../../common/fault';
import type { BenchmarkPlan } from '../../../common/job';
import { formatTarget, parseTarget } from '../../../common/target';
import { planSchema } from '../../../proto/codec/job';
import { refusalSchema } from '../../../proto/codec/result';
import type { JobRecord, JobRecordState } from '../job_records';
import type { JobTable } from '../schema';
import { readDocument } from './document';

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

export function planFromRow(row: Pick<JobTable, 'job_id' | 'plan'>): BenchmarkPlan {
  return readDocument(planSchema, row.plan, `plan of job ${row.job_id}`);
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

export function jobStateToColumns(state: JobRecordState): JobStateColumns {
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
      return { ...columns, state: 'measured', reused_job_id: state.fromJobId };
    case 'measured':
      return {
        ...columns,
        state: 'measured',
        measured_device_serial: state.deviceSerial,
        measured_epoch: state.epoch,
      };
    case 'infeasible': {
      const { fault, refusedBy } = state;
      const violation = refusedBy.kind === 'limit' ? refusedBy.excess : null;
      return { ...columns, ...faultToColumns(fault), state: state.kind, violation };
    }
    case 'abandoned':
      return { ...columns, ...faultToColumns(state.fault), state: state.kind };
    default:
      return unreachable(state);
  }
}

export function faultToColumns(
  fault: CandidateFault | FarmFault,
): Pick<JobTable, 'fault_code' | 'fault_message' | 'fault_refusal'> {
  const refusal = fault.kind === 'candidate-fault' ? fault.refusal : null;
  return {
    fault_code: fault.code,
    fault_message: fault.message,
    fault_refusal: refusal === null ? null : JSON.stringify(refusal),
  };
}

export function jobStateFromColumns(row: JobStateColumns): JobRecordState {
  switch (row.state) {
    case 'open':
      return { kind: 'open' };
    case 'measured':
      if (row.reused_job_id !== null) return { kind: 'reused', fromJobId: row.reused_job_id };
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
      const refusedBy: Refuser =
        row.violation === null ? { kind: 'runtime' } : { kind: 'limit', excess: row.violation };
      return { kind: 'infeasible', refusedBy, fault };
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
