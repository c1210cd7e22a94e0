import { setImmediate as nextTurn } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import { fail, ok, type Result } from '../../../common/result';
import type { ProposalRecord, ProposalState } from '../../ledger/proposal_records';
import { isSpent } from '../../../search/budget';
import type { SearchSpec } from '../../../search/spec';
import type { RunningSearch } from '../running_search';
import type { SearchParts } from '../search_parts';
import { ExternalStrategist } from '../strategist/external_strategist';
import { Admission } from './admission';

/** In one call: a population of any usual searcher, and milliseconds of work. */
const mostProposedAtOnce = 100;
/** Of one target: more would be chosen long before the ends that should guide it. */
const mostWaiting = 1_000;

/** `in-flight`: it is being built or measured. `beyond-budget`: it waits, and its turn comes only if others cost nothing or the budget is extended; that of a finished search is spent. */
export type ProposedState = Exclude<ProposalState, 'open'> | 'in-flight' | 'beyond-budget';

export interface Proposed {
  /** Canonical, whatever the name under which it was proposed. */
  readonly architecture: string;
  readonly sequence: number;
  readonly state: ProposedState;
}

/** Why nothing of a call was taken. */
export interface Refusal {
  /** `full`: to be repeated when some have ended; `stopped`: the search is over. */
  readonly kind: 'full' | 'stopped';
  readonly message: string;
}

/** One search whose strategy is somebody else's program: takes its proposals into the ledger, and then to the search. */
export class OutsideSearch {
  readonly strategist: ExternalStrategist;
  readonly #searchId: string;
  readonly #parts: Pick<SearchParts, 'ledger' | 'onFailure'>;
  readonly #admissions: ReadonlyMap<string, Admission>;
  /** One call after the other, so that each finds the sequence where the last one left it. */
  #turn: Promise<unknown> = Promise.resolve();
  #ending: Promise<void> = Promise.resolve();

  private constructor(
    searchId: string,
    admissions: ReadonlyMap<string, Admission>,
    parts: SearchParts,
  ) {
    this.#searchId = searchId;
    this.#parts = parts;
    this.#admissions = admissions;
    this.strategist = new ExternalStrategist([...this.#admissions.keys()], (target, proposal) =>
      this.#abandon({ searchId, target, ...proposal }),
    );
  }

  /** With what the ledger has of it. */
  static async open(
    searchId: string,
    spec: SearchSpec,
    parts: SearchParts,
  ): Promise<OutsideSearch> {
    const admissions = new Map<string, Admission>();
    for (const target of spec.targets) {
      admissions.set(target.name, new Admission(spec, target, parts.catalog));
      // A space with rules takes some milliseconds, and there may be many targets.
      await nextTurn();
    }
    const search = new OutsideSearch(searchId, admissions, parts);
    for (const { target, sequence, architecture, state } of await parts.ledger.proposals.of(
      searchId,
    )) {
      search.strategist.add(target, { sequence, architecture }, state === 'waiting');
    }
    return search;
  }

  /**
   * Takes all of them or none, and answers for each in the order given, when all are in the ledger. What the search has already is not taken again.
   * @throws BadInputError for what may not be proposed
   */
  async propose(
    target: string,
    texts: readonly string[],
    search: Pick<RunningSearch, 'fill' | 'view' | 'wallMs'>,
  ): Promise<Result<readonly Proposed[], Refusal>> {
    if (texts.length === 0 || texts.length > mostProposedAtOnce)
      throw new BadInputError(
        `field architectures: ${texts.length} of them; expected 1 to ${mostProposedAtOnce}`,
      );
    const architectures = this.#admissions.get(target)?.canonical(texts) ?? [];
    const taking = this.#turn.then(() => this.#take(target, new Set(architectures), search));
    this.#turn = taking.catch(() => undefined);
    const refusal = await taking;
    return refusal === undefined
      ? ok(await this.#describe(target, architectures, search))
      : fail(refusal);
  }

  /** Resolves when every proposal that was taken, and every end that the search has heard of, is in the ledger. */
  async settled(): Promise<void> {
    await this.#turn;
    await this.#ending;
  }

  async #take(
    target: string,
    architectures: ReadonlySet<string>,
    search: Pick<RunningSearch, 'fill' | 'view'>,
  ): Promise<Refusal | undefined> {
    const { strategist } = this;
    const unknown = [...architectures].filter(
      (architecture) => !strategist.isKnown(target, architecture),
    );
    const refusal = this.#refusal(target, unknown.length, search.view().state);
    if (refusal !== undefined || unknown.length === 0) return refusal;
    const first = strategist.count(target);
    const proposals = unknown.map((architecture, index) => ({
      searchId: this.#searchId,
      target,
      sequence: first + index,
      architecture,
    }));
    // Only then counted as proposed: what could not be saved takes no place.
    await this.#parts.ledger.proposals.save(proposals);
    for (const { sequence, architecture } of proposals)
      strategist.add(target, { sequence, architecture }, true);
    search.fill();
    return undefined;
  }

  #refusal(
    target: string,
    count: number,
    state: ReturnType<RunningSearch['view']>['state'],
  ): Refusal | undefined {
    if (state === 'stopped')
      return {
        kind: 'stopped',
        message: `search ${this.#searchId} is stopped for good; create another one`,
      };
    const waiting = this.strategist.waiting(target).length;
    if (count === 0 || waiting + count <= mostWaiting) return undefined;
    return {
      kind: 'full',
      message: `${waiting} proposals wait for ${target} and ${count} more were proposed, at most ${mostWaiting} can wait; read Ends, and propose again when some have ended`,
    };
  }

  async #describe(
    target: string,
    architectures: readonly string[],
    search: Pick<RunningSearch, 'view' | 'wallMs'>,
  ): Promise<readonly Proposed[]> {
    const records = await this.#parts.ledger.proposals.of(this.#searchId, {
      target,
      architectures,
    });
    const places = new Map(
      this.strategist.waiting(target).map((architecture, place) => [architecture, place]),
    );
    const isBeyond = budgetAfter(target, search);
    const proposed = new Map(
      records.map(({ architecture, sequence, state }) => [
        architecture,
        { architecture, sequence, state: stateOf(state, places.get(architecture), isBeyond) },
      ]),
    );
    return architectures.flatMap((architecture) => proposed.get(architecture) ?? []);
  }

  #abandon(proposal: ProposalRecord): void {
    const saving = this.#parts.ledger.proposals
      .abandon(proposal)
      .catch((error: unknown) => this.#parts.onFailure(error as Error));
    this.#ending = Promise.all([this.#ending, saving]).then(() => undefined);
  }
}

/** Whether the budget is spent before the turn of a proposal comes that has `place` others before it, if each costs what those before it did. */
function budgetAfter(
  target: string,
  search: Pick<RunningSearch, 'view' | 'wallMs'>,
): (place: number) => boolean {
  const { wallMs } = search;
  const { state, targets } = search.view();
  const progress = targets.find((each) => each.target === target);
  if (state === 'finished' || progress === undefined) return () => true;
  return (place) => isSpent(progress.budget, { ...progress, wallMs }, progress.inFlight + place);
}

function stateOf(
  state: ProposalState,
  place: number | undefined,
  isBeyond: (place: number) => boolean,
): ProposedState {
  if (state === 'open') return 'in-flight';
  if (state !== 'waiting') return state;
  if (place === undefined) return 'in-flight';
  return isBeyond(place) ? 'beyond-budget' : 'waiting';
}
