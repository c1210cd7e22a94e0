import { List, Map } from 'immutable';
import { assert } from '../../common/assert';
import { judgeFleet, type TargetVerdict } from '../joint/fleet_evaluation';
import { withFleetMember, type FleetMember } from '../joint/fleet_front';
import { fleetLatencies, type FleetAim } from '../spec/fleet_aim';
import type { Ask, Proposal } from '../strategy/strategy';
import type { StrategyUpdate } from '../strategy/strategy_update';

/** The name under which the strategy of a whole fleet is asked. */
export const wholeFleet = 'all targets';
/** Proposals that a target may be ahead of the slowest: more would be chosen without what should guide them. */
const mostAhead = 32;

/**
 * One strategy for all targets of a search: each of them measures the same architectures, in the same order, and the strategy hears of one when all have
 * ended. It ends when the first target has spent its budget and the others have caught up.
 */
export interface Fleet {
  readonly proposals: List<Proposal>;
  /** How many of the proposals each target has taken, in the order of the targets. */
  readonly taken: readonly number[];
  /** Of architectures that have not ended on all targets; in the order of the targets. */
  readonly verdicts: Map<string, Map<number, TargetVerdict>>;
  /** All that every target measured, within its limits. */
  readonly measured: List<FleetMember>;
  readonly front: readonly FleetMember[];
  readonly conversation: 'idle' | 'asked';
}

export function emptyFleet(targets: number): Fleet {
  return {
    proposals: List(),
    taken: Array.from({ length: targets }, () => 0),
    verdicts: Map(),
    measured: List(),
    front: [],
    conversation: 'idle',
  };
}

/** What a target gets, by the standings of all; `ask` when the strategy is to be asked first. */
export function fleetAnswer(
  { proposals, taken }: Fleet,
  index: number,
  standings: readonly ('open' | 'full' | 'finished')[],
): Ask | 'ask' {
  const own = taken[index] ?? 0;
  const behind = standings.filter((_, other) => other !== index && (taken[other] ?? 0) <= own);
  if (behind.includes('finished')) return 'exhausted';
  // Nobody measures what another may have no budget for.
  if (behind.includes('full')) return 'later';
  const next = proposals.get(own);
  if (next !== undefined) return next;
  return own - Math.min(...taken) >= mostAhead ? 'later' : 'ask';
}

export function withTaken(fleet: Fleet, index: number): Fleet {
  return { ...fleet, taken: fleet.taken.map((count, each) => count + (each === index ? 1 : 0)) };
}

/** A target took a proposal in an earlier process. They come in rising sequence, each once from every target that took it. */
export function withAdopted(
  fleet: Fleet,
  index: number,
  proposal: Proposal,
): { readonly fleet: Fleet; readonly update: StrategyUpdate | null } {
  const known = fleet.proposals.get(fleet.taken[index] ?? 0);
  if (known === undefined)
    return {
      fleet: withTaken({ ...fleet, proposals: fleet.proposals.push(proposal) }, index),
      update: { kind: 'adopt', proposal },
    };
  assert(
    known.sequence === proposal.sequence && known.architecture === proposal.architecture,
    `proposal ${proposal.sequence} is the same on every target`,
  );
  return { fleet: withTaken(fleet, index), update: null };
}

/** A target has its verdict; the strategy hears of the architecture once all have. */
export function withVerdict(
  fleet: Fleet,
  aim: FleetAim,
  { index, architecture, verdict }: FleetVerdict,
): { readonly fleet: Fleet; readonly update: StrategyUpdate | null } {
  const verdicts = (fleet.verdicts.get(architecture) ?? Map()).set(index, verdict);
  if (verdicts.size < fleet.taken.length)
    return {
      fleet: { ...fleet, verdicts: fleet.verdicts.set(architecture, verdicts) },
      update: null,
    };
  const judged = judgeFleet(
    aim,
    fleet.taken.map((_, each) => verdicts.get(each) ?? 'withdrawn'),
  );
  const rest = { ...fleet, verdicts: fleet.verdicts.delete(architecture) };
  if (judged === 'withdrawn') return { fleet: rest, update: { kind: 'withdraw', architecture } };
  const { evaluation, latenciesMs } = judged;
  const update: StrategyUpdate = { kind: 'tell', architecture, evaluation };
  if (evaluation.kind !== 'measured' || evaluation.violation > 0 || latenciesMs === undefined)
    return { fleet: rest, update };
  const { objectives } = evaluation;
  const accuracyPercent = 100 - (objectives.at(-1) ?? 0);
  return {
    fleet: withMeasured(rest, { architecture, accuracyPercent, latenciesMs, objectives }),
    update,
  };
}

interface FleetVerdict {
  /** Of the target. */
  readonly index: number;
  readonly architecture: string;
  readonly verdict: TargetVerdict;
}

/** The front anew, with what is known of the accuracies now. */
export function withFleetAccuracies(
  fleet: Fleet,
  aim: FleetAim,
  accuracyPercentOf: (architecture: string) => number,
): Fleet {
  return fleet.measured.reduce<Fleet>(
    (anew, member) => {
      const accuracyPercent = accuracyPercentOf(member.architecture);
      const objectives = [...fleetLatencies(aim, member.latenciesMs), 100 - accuracyPercent];
      return withMeasured(anew, { ...member, accuracyPercent, objectives });
    },
    { ...fleet, measured: List(), front: [] },
  );
}

function withMeasured(fleet: Fleet, member: FleetMember): Fleet {
  return {
    ...fleet,
    measured: fleet.measured.push(member),
    front: withFleetMember(fleet.front, member),
  };
}
