import type { Ledger } from '../../../coordinator/ledger/ledger';

/** A database under test: `open` gives a ledger on it, as often as it is asked; `remove` ends it. */
interface LedgerPlace {
  open(): Promise<Ledger>;
  remove(): Promise<void>;
}

export type CreatePlace = () => Promise<LedgerPlace>;

interface UsedLedger {
  /** That of the test that runs. */
  readonly ledger: Ledger;
  /** As after the end of a process: what only its memory had is gone. */
  restart(): Promise<void>;
}

/** An empty ledger for each test of the suite that calls it. */
export function useLedger(createPlace: CreatePlace): UsedLedger {
  let place: LedgerPlace;
  let ledger: Ledger;
  beforeEach(async () => {
    place = await createPlace();
    ledger = await place.open();
  });
  afterEach(async () => {
    await ledger.close();
    await place.remove();
  });
  return {
    get ledger() {
      return ledger;
    },
    async restart() {
      await ledger.close();
      ledger = await place.open();
    },
  };
}
