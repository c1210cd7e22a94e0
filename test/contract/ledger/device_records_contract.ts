import { useLedger, type CreatePlace } from './ledger_place';
import { aDevice } from './ledger_samples';

/** What every ledger's device records must do, whatever the database behind them. */
export function deviceRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps devices by their serial numbers, each as last said, until they are removed', async () => {
    await place.ledger.devices.save(aDevice('p2'));
    await place.ledger.devices.save(aDevice('p1'));
    await place.ledger.devices.save(
      aDevice('p2', { drained: true, lastSeenAtMs: 6_000, agentId: 'agent-2' }),
    );
    await place.restart();
    expect(await place.ledger.devices.all()).toEqual([
      aDevice('p1'),
      aDevice('p2', { drained: true, lastSeenAtMs: 6_000, agentId: 'agent-2' }),
    ]);
    await place.ledger.devices.remove('p1');
    await place.ledger.devices.remove('p1');
    expect((await place.ledger.devices.all()).map(({ description }) => description.serial)).toEqual(
      ['p2'],
    );
  });
}
