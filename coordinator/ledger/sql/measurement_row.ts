import type { JobResult } from '../../../common/job';
import type { Measurement } from '../../../common/measurement';
import { measurementSchema } from '../../../proto/codec/measurement';
import type { MeasurementTable } from '../schema';
import { readDocument } from './document';

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
