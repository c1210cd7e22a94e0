import { artifactRecordsContract } from './artifact_records_contract';
import { candidateRecordsContract } from './candidate_records_contract';
import { confirmationRecordsContract } from './confirmation_records_contract';
import { deviceRecordsContract } from './device_records_contract';
import { incarnationsContract } from './incarnations_contract';
import { jobRecordsContract } from './job_records_contract';
import { measurementRecordsContract } from './measurement_records_contract';
import { proposalRecordsContract } from './proposal_records_contract';
import { searchRecordsContract } from './search_records_contract';
import { summaryRecordsContract } from './summary_records_contract';
import { trainingRecordsContract } from './training_records_contract';
import type { CreatePlace } from './ledger_place';

/** One suite for each port, so that a failure names what a database does not do. */
const suites = {
  'artifact records': artifactRecordsContract,
  'candidate records': candidateRecordsContract,
  'confirmation records': confirmationRecordsContract,
  'device records': deviceRecordsContract,
  incarnations: incarnationsContract,
  'job records': jobRecordsContract,
  'measurement records': measurementRecordsContract,
  'proposal records': proposalRecordsContract,
  'search records': searchRecordsContract,
  'summary records': summaryRecordsContract,
  'training records': trainingRecordsContract,
};

/** What every ledger must do, whatever the database behind it. */
export function ledgerContract(createPlace: CreatePlace): void {
  for (const [port, suite] of Object.entries(suites)) describe(port, () => suite(createPlace));
}
