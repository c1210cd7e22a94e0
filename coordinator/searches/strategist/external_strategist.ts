import type { Ask, Proposal } from '../../../search/strategy';
import type { Strategist, Word } from './strategist';

interface Desk {
  /** Everything that was ever proposed for the target. */
  readonly known: Set<string>;
  /** Not asked for yet; first come first. */
  readonly waiting: Map<string, Proposal>;
  /** Asked for by this process and not ended. */
  readonly asked: Map<string, Proposal>;
}

/** The proposals of an outside searcher, handed out in their order. It is `later` while there is none, and never exhausted: the searcher may have more. */
export class ExternalStrategist implements Strategist {
  readonly #desks: ReadonlyMap<string, Desk>;
  readonly #onWithdrawn: (target: string, proposal: Proposal) => void;

  /** `onWithdrawn` hears of each proposal that was asked for here and that the farm has given up. */
  constructor(
    targets: readonly string[],
    onWithdrawn: (target: string, proposal: Proposal) => void,
  ) {
    this.#desks = new Map(
      targets.map((target) => [target, { known: new Set(), waiting: new Map(), asked: new Map() }]),
    );
    this.#onWithdrawn = onWithdrawn;
  }

  /** Takes what is in the ledger already: before the first `ask` what an earlier process took, from then on what has just been saved. */
  add(target: string, proposal: Proposal, isWaiting: boolean): void {
    const desk = this.#desks.get(target);
    desk?.known.add(proposal.architecture);
    if (isWaiting) desk?.waiting.set(proposal.architecture, proposal);
  }

  isKnown(target: string, architecture: string): boolean {
    return this.#desks.get(target)?.known.has(architecture) ?? false;
  }

  /** How many were ever proposed for the target: since none is taken back, the sequence of the next one. */
  count(target: string): number {
    return this.#desks.get(target)?.known.size ?? 0;
  }

  /** The architectures that nothing has been done for, in the order in which they will be asked for. */
  waiting(target: string): readonly string[] {
    return [...(this.#desks.get(target)?.waiting.keys() ?? [])];
  }

  async ask(target: string): Promise<Ask> {
    const desk = this.#desks.get(target);
    const [next] = desk?.waiting.values() ?? [];
    if (desk === undefined || next === undefined) return Promise.resolve('later');
    desk.waiting.delete(next.architecture);
    desk.asked.set(next.architecture, next);
    return Promise.resolve(next);
  }

  hear(target: string, word: Word): void {
    if (word.kind === 'adopt') return;
    const asked = this.#desks.get(target)?.asked;
    const proposal = asked?.get(word.architecture);
    asked?.delete(word.architecture);
    if (proposal !== undefined && word.kind === 'withdraw') this.#onWithdrawn(target, proposal);
  }

  close(): void {
    // There is no question that could still be answered.
  }
}
