import type { BenchmarkPlan } from '../../common/job';
import type { Measurement } from '../../common/measurement';

/** A measurement that was made once, with what it was asked for. */
export interface EarlierMeasurement {
  readonly jobId: string;
  readonly plan: BenchmarkPlan;
  readonly measurement: Measurement;
}

/** What came back from the devices and counts. */
export interface MeasurementRecords {
  /** By job; for a job that reused one, that one. */
  of(jobIds: readonly string[]): Promise<ReadonlyMap<string, Measurement>>;
  /** The last measurements of a model on a target, newest first, whoever asked for them; bounded. */
  earlier(artifactDigest: string, target: string): Promise<readonly EarlierMeasurement[]>;
  /** How many jobs each device has measured, by serial number; devices that measured none are left out. */
  countByDevice(): Promise<ReadonlyMap<string, number>>;
}
