import type { ArtifactRecords } from './artifact_records';
import type { CandidateRecords } from './candidate_records';
import type { ConfirmationRecords } from './confirmation_records';
import type { DeviceRecords } from './device_records';
import type { Incarnations } from './incarnations';
import type { JobRecords } from './job_records';
import type { MeasurementRecords } from './measurement_records';
import type { ProposalRecords } from './proposal_records';
import type { SearchRecords } from './search_records';
import type { SummaryRecords } from './summary_records';
import type { PredictorRecords } from './predictor_records';
import type { ReferenceRecords } from './reference_records';
import type { TrainingRunRecords } from './training_run_records';
import type { TrainingTaskRecords } from './training_task_records';

/**
 * The durable memory of the coordinator: one database, of which each reader is given the ports that it needs. All writes
 * are idempotent: repeating one changes nothing.
 */
export interface Ledger {
  readonly incarnations: Incarnations;
  readonly searches: SearchRecords;
  readonly summaries: SummaryRecords;
  readonly candidates: CandidateRecords;
  readonly confirmations: ConfirmationRecords;
  readonly proposals: ProposalRecords;
  readonly jobs: JobRecords;
  readonly measurements: MeasurementRecords;
  readonly artifacts: ArtifactRecords;
  readonly devices: DeviceRecords;
  readonly references: ReferenceRecords;
  readonly trainingTasks: TrainingTaskRecords;
  readonly trainingRuns: TrainingRunRecords;
  readonly predictors: PredictorRecords;
  close(): Promise<void>;
}
