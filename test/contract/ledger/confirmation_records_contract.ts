import type { ConfirmationRecord } from '../../../coordinator/ledger/confirmation_records';
import { useLedger, type CreatePlace } from './ledger_place';
import { aCandidate, aJob, aSearch } from './ledger_samples';

/** What every ledger's confirmation records must do, whatever the database behind them. */
export function confirmationRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps confirmations with their jobs, once, apart from the candidates', async () => {
    await place.ledger.searches.save(aSearch);
    await place.ledger.candidates.save(aCandidate(1), aJob('j1'));
    const again = (round: number): ConfirmationRecord => ({
      ...aCandidate(1),
      sequence: round - 1,
      round,
      jobId: `again-${String(round)}`,
    });
    await place.ledger.confirmations.save(again(2), aJob('again-2'));
    await place.ledger.confirmations.save(again(1), aJob('again-1'));
    await place.ledger.confirmations.save(again(1), aJob('again-1'));
    await expect(
      place.ledger.confirmations.save({ ...again(1), jobId: 'other' }, aJob('other')),
    ).rejects.toThrow();
    await expect(
      place.ledger.confirmations.save({ ...again(3), searchId: 'unknown' }, aJob('again-3')),
    ).rejects.toThrow();
    await place.restart();
    expect(await place.ledger.confirmations.of('s1')).toEqual([again(1), again(2)]);
    expect(await place.ledger.confirmations.of('s2')).toEqual([]);
    expect(await place.ledger.candidates.of('s1')).toEqual([aCandidate(1)]);
    expect((await place.ledger.jobs.find({})).map(({ job }) => job.jobId)).toEqual([
      'again-1',
      'again-2',
      'j1',
    ]);
  });
}
