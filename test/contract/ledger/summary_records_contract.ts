import { useLedger, type CreatePlace } from './ledger_place';
import { aSearch } from './ledger_samples';

/** What every ledger's summary records must do, whatever the database behind them. */
export function summaryRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('names every search in the order of creation, with its last summary if it has one', async () => {
    const { searches, summaries } = place.ledger;
    await searches.save({ ...aSearch, searchId: 'a-later', createdAtMs: 2_000 });
    await searches.save(aSearch);
    await searches.setState('s1', 'finished', { ranMs: 70, runningSinceMs: null });
    await summaries.save('s1', { version: 1, json: '{"first":true}' });
    await summaries.save('s1', { version: 2, json: '{}' });
    await place.restart();
    const ended = {
      searchId: 's1',
      state: 'finished',
      ranMs: 70,
      summary: { version: 2, json: '{}' },
    };
    const other = { searchId: 'a-later', state: 'running', ranMs: 0, summary: null };
    expect(await place.ledger.summaries.all()).toEqual([ended, other]);
    expect(await place.ledger.summaries.find('s1')).toEqual(ended);
    expect(await place.ledger.summaries.find('a-later')).toEqual(other);
    expect(await place.ledger.summaries.find('unknown')).toBeUndefined();
  });

  it('refuses the summary of a search that it does not know', async () => {
    await expect(
      place.ledger.summaries.save('unknown', { version: 1, json: '{}' }),
    ).rejects.toThrow();
    expect(await place.ledger.summaries.all()).toEqual([]);
  });
}
