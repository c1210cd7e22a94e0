import { useLedger, type CreatePlace } from './ledger_place';

/** What every ledger's incarnations must do, whatever the database behind them. */
export function incarnationsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('counts its incarnations over restarts', async () => {
    expect(await place.ledger.incarnations.begin()).toBe(1);
    expect(await place.ledger.incarnations.begin()).toBe(2);
    await place.restart();
    expect(await place.ledger.incarnations.begin()).toBe(3);
  });

  it('keeps the first secret of its leases over restarts', async () => {
    expect(await place.ledger.incarnations.leaseSecret('first')).toBe('first');
    expect(await place.ledger.incarnations.leaseSecret('second')).toBe('first');
    await place.restart();
    expect(await place.ledger.incarnations.leaseSecret('third')).toBe('first');
  });
}
