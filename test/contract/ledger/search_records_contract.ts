import { useLedger, type CreatePlace } from './ledger_place';
import { aSearch } from './ledger_samples';

/** What every ledger's search records must do, whatever the database behind them. */
export function searchRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps searches in the order of their creation, and their state', async () => {
    await place.ledger.searches.save({ ...aSearch, searchId: 'a-later', createdAtMs: 2_000 });
    await place.ledger.searches.save(aSearch);
    await place.ledger.searches.setState('s1', 'paused', { ranMs: 70, runningSinceMs: null });
    await place.ledger.searches.save(aSearch);
    await place.restart();
    expect(await place.ledger.searches.all()).toEqual([
      { ...aSearch, state: 'paused', wall: { ranMs: 70, runningSinceMs: null } },
      { ...aSearch, searchId: 'a-later', createdAtMs: 2_000 },
    ]);
    expect((await place.ledger.searches.find('s1'))?.state).toBe('paused');
    expect(await place.ledger.searches.find('unknown')).toBeUndefined();
    await expect(place.ledger.searches.setState('unknown', 'paused', aSearch.wall)).rejects.toThrow(
      'broken invariant',
    );
  });

  it('keeps what was added to a budget, once, with the state that follows', async () => {
    await place.ledger.searches.save({
      ...aSearch,
      state: 'finished',
      wall: { ranMs: 9, runningSinceMs: null },
    });
    const extension = { extensionId: 'x-1', measurements: 10, phoneMinutes: 0.5, wallMinutes: 0 };
    const next = { state: 'running', wall: { ranMs: 9, runningSinceMs: 5_000 } } as const;
    await place.ledger.searches.extend('s1', extension, next);
    await place.ledger.searches.extend('s1', { ...extension, measurements: 99 }, next);
    await place.restart();
    expect(await place.ledger.searches.extensions('s1')).toEqual([extension]);
    expect(await place.ledger.searches.all()).toEqual([{ ...aSearch, ...next }]);
    await expect(place.ledger.searches.extend('unknown', extension, next)).rejects.toThrow(
      'broken invariant',
    );
  });
}
