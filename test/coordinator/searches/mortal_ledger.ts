import type { Ledger } from '../../../coordinator/ledger/ledger';

/** A ledger whose process dies at its n-th write, just before or just after it: nothing is answered any more. */
export function createMortalLedger(
  ledger: Ledger,
  writes: number,
  isDone: boolean,
): { readonly ledger: Ledger; readonly died: Promise<void> } {
  let left = writes;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => (die = resolve));
  const write = async (perform: () => Promise<void>): Promise<void> => {
    left -= 1;
    if (left >= 0) return perform();
    if (left === -1 && isDone) await perform();
    die();
    return new Promise<never>(() => undefined);
  };
  const { searches, candidates, confirmations } = ledger;
  const mortal: Ledger = {
    ...ledger,
    searches: {
      ...searches,
      save: (search) => write(() => searches.save(search)),
      setState: (...state) => write(() => searches.setState(...state)),
    },
    candidates: {
      ...candidates,
      save: (...candidate) => write(() => candidates.save(...candidate)),
    },
    confirmations: {
      ...confirmations,
      save: (...confirmation) => write(() => confirmations.save(...confirmation)),
    },
  };
  return { ledger: mortal, died };
}
