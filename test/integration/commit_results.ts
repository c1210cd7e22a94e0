import type { JobResult } from '../../common/job';
import type { Ledger } from '../../coordinator/ledger/ledger';
import { aMeasuredEnd } from '../contract/ledger/ledger_samples';

/** What the coordinator's engine does with good results, without a scheduler to drop the late ones: only the ledger's keys stand against counting twice. */
export async function commitResults(ledger: Ledger, results: readonly JobResult[]): Promise<void> {
  await ledger.jobs.commit(
    results.flatMap((result) => [
      { kind: 'attempt' as const, result, atMs: 1 },
      aMeasuredEnd(result.lease.jobId, result.lease.epoch),
    ]),
  );
}
