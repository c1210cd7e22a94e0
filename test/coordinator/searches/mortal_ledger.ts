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
  const mortal = Object.assign(Object.create(ledger) as Ledger, {
    saveSearch: (search: Parameters<Ledger['saveSearch']>[0]) =>
      write(() => ledger.saveSearch(search)),
    setSearchState: (...state: Parameters<Ledger['setSearchState']>) =>
      write(() => ledger.setSearchState(...state)),
    saveCandidate: (...candidate: Parameters<Ledger['saveCandidate']>) =>
      write(() => ledger.saveCandidate(...candidate)),
    saveConfirmation: (...confirmation: Parameters<Ledger['saveConfirmation']>) =>
      write(() => ledger.saveConfirmation(...confirmation)),
  });
  return { ledger: mortal, died };
}
