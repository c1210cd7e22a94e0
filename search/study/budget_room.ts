import { isSpent, msPerMinute, type Spending } from '../spec/budget';
import { inFlightOf, triedBy, type Lane } from './lane';
import type { Study } from './state';
import { wallMsAt } from './wall_time';

/** Candidates on their way for each device unless the user says otherwise: one measured, one waiting for its turn. */
const trialsPerDevice = 2;
/** What a lane keeps on its way at most by itself: more would be chosen long before the results that should guide it. */
const mostOnTheirWay = 128;
/** Proposals in all for each measurement of the budget: a target on which nearly everything fails must end too. */
const proposalsPerMeasurement = 10;
/** The same where time is the only limit: for each measurement made, and to begin with. */
const firstProposals = 1_000;
/** Results by which the growth of a target's hypervolume is judged, where targets share a budget. */
const judgedResults = 10;
/** Targets that improve at least so fast, relative to the fastest, go on beside it: the difference is no more than chance. */
const worthwhileShare = 0.5;

/** In measurements made, and the time of devices: of this target, or of all that share its budget. */
export function spentOf(study: Study, lane: Lane): Omit<Spending, 'wallMs'> {
  return sharersOf(study, lane).reduce(
    ({ measured, phoneMs }, each) => ({
      measured: measured + each.ended.measured,
      phoneMs: phoneMs + each.phoneMs,
    }),
    { measured: 0, phoneMs: 0 },
  );
}

/** Whether the strategy is to be asked for one more: fewer than may be are on their way, and the budget has room. */
export function hasRoom(study: Study, lane: Lane): boolean {
  const { concurrency } = lane.target;
  const most = concurrency ?? Math.min(mostOnTheirWay, trialsPerDevice * Math.max(1, lane.devices));
  const sharers = sharersOf(study, lane);
  if (lane.pending >= most || (sharers.length > 1 && !isFavoured(lane, sharers))) return false;
  const inFlight = sharers.reduce((sum, each) => sum + inFlightOf(each), 0);
  return !isSpentWith(study, lane, inFlight);
}

/** Whether a target takes another proposal: `full` while what is on its way fills the budget. */
export function standingOf(study: Study, lane: Lane): 'open' | 'full' | 'finished' {
  if (isSearched(study, lane)) return 'finished';
  return isSpentWith(study, lane, inFlightOf(lane)) ? 'full' : 'open';
}

/** Nothing is pending and nothing more will be proposed. */
export function isSearched(study: Study, lane: Lane): boolean {
  return (
    inFlightOf(lane) === 0 &&
    (lane.conversation.kind === 'exhausted' || isSpentWith(study, lane, 0))
  );
}

function sharersOf({ settings, lanes }: Study, lane: Lane): readonly Lane[] {
  return settings.spec.isBudgetShared ? lanes : [lane];
}

/** If so many more were measured. */
function isSpentWith(study: Study, lane: Lane, inFlight: number): boolean {
  const wallMs = wallMsAt(study.wall, study.nowMs);
  return isTried(lane) || isSpent(lane.budget, { ...spentOf(study, lane), wallMs }, inFlight);
}

/** More has been proposed than the measurements account for: next to nothing works here. */
function isTried(lane: Lane): boolean {
  const { measurements } = lane.budget;
  return (
    triedBy(lane) >=
    (measurements === undefined
      ? firstProposals + lane.ended.measured * proposalsPerMeasurement
      : measurements * proposalsPerMeasurement)
  );
}

/** Whether the next measurement of a shared budget may be this one's: it goes to those whose hypervolume grows fastest. Those that cannot spend do not hold up the others. */
function isFavoured(lane: Lane, sharers: readonly Lane[]): boolean {
  const fastest = Math.max(
    ...sharers
      .filter(
        (each) => each.conversation.kind !== 'exhausted' && !isTried(each) && each.devices > 0,
      )
      .map(growthOf)
      .filter(Number.isFinite),
    0,
  );
  return growthOf(lane) >= worthwhileShare * fastest;
}

/** How much the hypervolume grew with the last results, relative to what it is. What has not had enough results has everything to win. */
function growthOf({ results: { hypervolumes } }: Lane): number {
  // The first results only fix what the hypervolume is measured by.
  const before =
    hypervolumes.size < 2 * judgedResults ? 0 : (hypervolumes.get(-1 - judgedResults) ?? 0);
  const now = hypervolumes.last() ?? 0;
  return before === 0 ? Infinity : (now - before) / now;
}

/** How long until the next target's time is up; Infinity where none is limited, or the study does not run. */
export function wakeInMs(study: Study): number {
  if (study.phase.kind !== 'running') return Infinity;
  const wallMs = wallMsAt(study.wall, study.nowMs);
  const left = study.lanes.map(
    ({ budget: { wallMinutes = Infinity } }) => wallMinutes * msPerMinute - wallMs,
  );
  return Math.min(...left.filter((each) => each > 0), Infinity);
}
