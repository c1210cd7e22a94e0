import { setImmediate as nextTurn } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import { FarmError } from '../../../common/farm_error';
import { fail, ok, type Result } from '../../../common/result';
import { isHashName } from '../../../model/space/hash_name';
import { isSpent } from '../../../search/spec/budget';
import type { SearchSpec } from '../../../search/spec/search_spec';
import type { Lane } from '../../../search/study/lane';
import { stateOf } from '../../../search/study/phase';
import type { RequestAnswer, Request } from '../../../search/study/request';
import type { StudySettings } from '../../../search/study/settings';
import { laneOf, type Study } from '../../../search/study/state';
import { wallMsAt } from '../../../search/study/wall_time';
import type { ProposalState } from '../../ledger/proposal_records';
import { canonicalArchitecture } from '../architecture_name';
import type { SearchParts } from '../search_parts';
import { requireTarget } from '../study_target';
import { Admission } from './admission';

/** In one call: a population of any usual searcher, and milliseconds of work. */
const mostProposedAtOnce = 100;

/** `in-flight`: it is being built or measured. `beyond-budget`: it waits, and its turn comes only if others cost nothing or the budget is extended; that of a finished search is spent. */
export type ProposedState = Exclude<ProposalState, 'open'> | 'in-flight' | 'beyond-budget';

export interface Proposed {
  /** Canonical, whatever the name under which it was proposed. */
  readonly architecture: string;
  readonly sequence: number;
  readonly state: ProposedState;
}

/** Why nothing of a call was taken. */
export interface Rejection {
  /** `full`: to be repeated when some have ended; `stopped`: the search is over. */
  readonly kind: 'full' | 'stopped';
  readonly message: string;
}

interface Call {
  readonly target: string;
  readonly architectures: readonly string[];
}

type AskSearch = (
  request: Request,
) => Promise<{ readonly study: Study; readonly answer: RequestAnswer }>;

/** What programs of others propose for searches: checked, handed to the search, and described as it stands then. */
export class OutsideProposals {
  readonly #parts: Pick<SearchParts, 'ledger' | 'catalog'>;
  /** By specification, and then by target. */
  readonly #admissions = new WeakMap<SearchSpec, Promise<ReadonlyMap<string, Admission>>>();

  constructor(parts: Pick<SearchParts, 'ledger' | 'catalog'>) {
    this.#parts = parts;
  }

  /**
   * Takes all of them or none, and answers for each in the order given, when all are in the ledger. What the search has already is not taken again.
   * @throws FarmError for what may not be proposed
   */
  async propose(
    { target, architectures: texts }: Call,
    study: Study,
    ask: AskSearch,
  ): Promise<Result<readonly Proposed[], Rejection>> {
    const { settings } = study;
    requireTarget(settings, target);
    requireOutsider(settings);
    if (texts.length === 0 || texts.length > mostProposedAtOnce)
      throw new BadInputError(
        `field architectures: ${texts.length} of them; expected 1 to ${mostProposedAtOnce}`,
      );
    const admission = (await this.#admissionsOf(settings.spec)).get(target);
    const named = texts.map((text) => (isHashName(text) ? this.#canonical(text, study) : text));
    const architectures = admission?.canonical(named) ?? [];
    const { answer, study: after } = await ask({
      kind: 'offer',
      target,
      architectures: [...new Set(architectures)],
    });
    if (answer.kind === 'refused')
      return fail({
        kind: answer.cause === 'full' ? 'full' : 'stopped',
        message: answer.message,
      });
    return ok(await this.#describe({ target, architectures }, after));
  }

  #canonical(text: string, { settings, lanes }: Study): string {
    const { searchId, spec } = settings;
    const built = lanes.flatMap(({ trials }) => [...trials.keys()]);
    return canonicalArchitecture(text, { searchId, spec, catalog: this.#parts.catalog, built });
  }

  /** A space with rules takes some milliseconds, and there may be many targets. */
  #admissionsOf(spec: SearchSpec): Promise<ReadonlyMap<string, Admission>> {
    const known = this.#admissions.get(spec);
    if (known !== undefined) return known;
    const opening = this.#openAdmissions(spec);
    this.#admissions.set(spec, opening);
    return opening;
  }

  async #openAdmissions(spec: SearchSpec): Promise<ReadonlyMap<string, Admission>> {
    const admissions = new Map<string, Admission>();
    for (const target of spec.targets) {
      admissions.set(target.name, new Admission(spec, target, this.#parts.catalog));
      await nextTurn();
    }
    return admissions;
  }

  async #describe({ target, architectures }: Call, study: Study): Promise<readonly Proposed[]> {
    const { searchId } = study.settings;
    const records = await this.#parts.ledger.proposals.of(searchId, { target, architectures });
    const lane = laneOf(study, target);
    const places = new Map(
      lane?.offers.waiting.toArray().map(({ architecture }, place) => [architecture, place]),
    );
    const proposed = new Map(
      records.map(({ architecture, sequence, state }) => [
        architecture,
        {
          architecture,
          sequence,
          state: shownState(state, places.get(architecture), (place) =>
            isBeyondBudget(study, lane, place),
          ),
        },
      ]),
    );
    return architectures.flatMap((architecture) => proposed.get(architecture) ?? []);
  }
}

function requireOutsider({ searchId, spec }: StudySettings): void {
  if (spec.strategy.kind !== 'external')
    throw new FarmError(
      'conflict',
      `search ${searchId} proposes by itself (${spec.strategy.kind}); create one with strategy: { kind: external }`,
    );
}

/** Whether the budget is spent before the turn of a proposal comes that has `place` others before it, if each costs what those before it did. */
function isBeyondBudget(study: Study, lane: Lane | undefined, place: number): boolean {
  if (lane === undefined || stateOf(study.phase) === 'finished') return true;
  const spending = {
    measured: lane.ended.measured,
    phoneMs: lane.phoneMs,
    wallMs: wallMsAt(study.wall, study.nowMs),
  };
  return isSpent(lane.budget, spending, lane.pending + place);
}

function shownState(
  state: ProposalState,
  place: number | undefined,
  isBeyond: (place: number) => boolean,
): ProposedState {
  if (state === 'open') return 'in-flight';
  if (state !== 'waiting') return state;
  if (place === undefined) return 'in-flight';
  return isBeyond(place) ? 'beyond-budget' : 'waiting';
}
