import { useLedger, type CreatePlace } from './ledger_place';

/** What every ledger's artifact records must do, whatever the database behind them. */
export function artifactRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps what an artifact is, as first said', async () => {
    const artifact = { digest: 'cd'.repeat(32), sizeBytes: 2 ** 31 - 1, format: 'onnx' as const };
    await place.ledger.artifacts.save(artifact, 1);
    await place.ledger.artifacts.save({ ...artifact, sizeBytes: 2 }, 2);
    await place.restart();
    expect(await place.ledger.artifacts.find(artifact.digest)).toEqual(artifact);
    expect(await place.ledger.artifacts.find('ef'.repeat(32))).toBeUndefined();
  });
}
