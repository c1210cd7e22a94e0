import { secondLookRound } from '../../search/study/second_look';
import type { ConfirmationRecord } from '../ledger/confirmation_records';

/** The job that measured each trial a second time, by `trialKey`. */
export function secondLookJobs(
  records: readonly ConfirmationRecord[],
): ReadonlyMap<string, string> {
  return new Map(
    records
      .filter(({ round }) => round === secondLookRound)
      .map((record) => [trialKey(record), record.jobId]),
  );
}

/** Names a trial within its search. */
export function trialKey({
  target,
  architecture,
}: Pick<ConfirmationRecord, 'target' | 'architecture'>): string {
  return JSON.stringify([target, architecture]);
}
