import type { Kysely } from 'kysely';
import { GroupCommit } from '../group_commit';
import type { Ledger } from '../ledger';
import type { Schema } from '../schema';
import { createArtifactRecords } from './artifact_records';
import { createCandidateRecords } from './candidate_records';
import { createConfirmationRecords } from './confirmation_records';
import { createDeviceRecords } from './device_records';
import { createIncarnations } from './incarnations';
import { createJobRecords } from './job_records';
import { createMeasurementRecords } from './measurement_records';
import { createProposalRecords } from './proposal_records';
import { createSearchRecords } from './search_records';
import { createSummaryRecords } from './summary_records';
import { createPredictorRecords } from './predictor_records';
import { createReferenceRecords } from './reference_records';
import { createTrainingRunRecords } from './training_run_records';
import { createTrainingTaskRecords } from './training_task_records';

/** The ledger on any database that Kysely speaks and `Schema` fits. All ports write through one queue, so that they share its commits. */
export function createSqlLedger(db: Kysely<Schema>): Ledger {
  const database = { db, writes: new GroupCommit(db) };
  return {
    incarnations: createIncarnations(database),
    searches: createSearchRecords(database),
    summaries: createSummaryRecords(database),
    candidates: createCandidateRecords(database),
    confirmations: createConfirmationRecords(database),
    proposals: createProposalRecords(database),
    jobs: createJobRecords(database),
    measurements: createMeasurementRecords(database),
    artifacts: createArtifactRecords(database),
    devices: createDeviceRecords(database),
    references: createReferenceRecords(database),
    trainingTasks: createTrainingTaskRecords(database),
    trainingRuns: createTrainingRunRecords(database),
    predictors: createPredictorRecords(database),
    close: () => db.destroy(),
  };
}
