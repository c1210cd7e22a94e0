import { useLedger, type CreatePlace } from './ledger_place';
import { aJob, aMeasuredEnd, anAttempt, aSearch } from './ledger_samples';

/** What every ledger's summary records must do, whatever the database behind them. */
export function summaryRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('names every search in the order of creation, with its last summary if it has one', async () => {
    const { searches, summaries } = place.ledger;
    await searches.save({ ...aSearch, searchId: 'a-later', createdAtMs: 2_000 });
    await searches.save(aSearch);
    await searches.setState('s1', 'finished', { ranMs: 70, runningSinceMs: null });
    await summaries.save('s1', { version: 1, json: '{"first":true}', lastEnd: null });
    await summaries.save('s1', { version: 2, json: '{}', lastEnd: null });
    await place.restart();
    const ended = {
      searchId: 's1',
      state: 'finished',
      ranMs: 70,
      lastEnd: null,
      summary: { version: 2, json: '{}', lastEnd: null },
    };
    const other = { searchId: 'a-later', state: 'running', ranMs: 0, lastEnd: null, summary: null };
    expect(await place.ledger.summaries.all()).toEqual([ended, other]);
    expect(await place.ledger.summaries.find('s1')).toEqual(ended);
    expect(await place.ledger.summaries.find('a-later')).toEqual(other);
    expect(await place.ledger.summaries.find('unknown')).toBeUndefined();
  });

  it('tells which end of a job was the last of each search', async () => {
    const { searches, jobs, summaries } = place.ledger;
    await searches.save(aSearch);
    await searches.save({ ...aSearch, searchId: 's2', createdAtMs: 2_000 });
    await jobs.save(aJob('a'));
    await jobs.save(aJob('b'));
    await jobs.save(aJob('c', { ownerId: 's2' }));
    await jobs.commit([anAttempt('a', 1), aMeasuredEnd('a', 1)]);
    await jobs.commit([anAttempt('c', 2), aMeasuredEnd('c', 2)]);
    await summaries.save('s1', { version: 1, json: '{}', lastEnd: 1 });
    const lastEnds = async (): Promise<(number | null)[]> =>
      (await summaries.all()).map(({ lastEnd }) => lastEnd);
    expect(await lastEnds()).toEqual([1, 2]);
    await jobs.commit([anAttempt('b', 3), aMeasuredEnd('b', 3)]);
    expect(await lastEnds()).toEqual([3, 2]);
    expect((await summaries.find('s1'))?.summary?.lastEnd).toBe(1);
  });

  it('refuses the summary of a search that it does not know', async () => {
    await expect(
      place.ledger.summaries.save('unknown', { version: 1, json: '{}', lastEnd: null }),
    ).rejects.toThrow();
    expect(await place.ledger.summaries.all()).toEqual([]);
  });
}
