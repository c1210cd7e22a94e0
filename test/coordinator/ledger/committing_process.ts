import { writeSync } from 'node:fs';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { aMeasuredEnd, anAttempt } from '../../contract/ledger/ledger_samples';

/** Measures the open jobs of a ledger, batch after batch, and names each batch once its commit returned; until it is killed. */
async function main(path: string, batchSize: number): Promise<void> {
  const ledger = await openLedger(path);
  const open = (await ledger.jobs.find({ open: true })).map(({ job }) => job.jobId);
  writeSync(1, 'open\n');
  for (let first = 0; first < open.length; first += batchSize) {
    const jobIds = open.slice(first, first + batchSize);
    await ledger.jobs.commit(
      jobIds.flatMap((jobId) => [anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]),
    );
    writeSync(1, `${jobIds.join(' ')}\n`);
  }
  setInterval(() => undefined, 1_000);
}

void main(process.argv[2] ?? '', Number(process.argv[3]));
