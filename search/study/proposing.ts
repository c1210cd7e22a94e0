import type { Expectation } from '../strategy/expectation';
import type { Ask } from '../strategy/strategy';
import { hasRoom, standingOf } from './budget_room';
import { fleetAnswer, wholeFleet, withTaken } from './fleet';
import { withProposal, type Questioning, type Lane } from './lane';
import { isOver } from './phase';
import { isExternal, type Study } from './state';
import { laneNow, update, updateLane, type Turn } from './turn';

/** Something has changed that may make room, or let a strategy go on that had nothing. */
export function wakeLanes(turn: Turn): void {
  update(turn, {
    lanes: turn.study.lanes.map((lane) => {
      const { conversation } = lane;
      if (conversation.kind === 'waiting') return { ...lane, conversation: { kind: 'idle' } };
      return conversation.kind === 'asked' && !conversation.hasNews
        ? { ...lane, conversation: { kind: 'asked', hasNews: true } }
        : lane;
    }),
  });
}

/** Asks for as many as may be on their way. */
export function propose(turn: Turn): void {
  let exhausted: boolean;
  do {
    exhausted = false;
    for (const { target } of turn.study.lanes)
      exhausted = proposeFor(turn, target.name) === 'exhausted' || exhausted;
    // It may have left the budget to others. Each lane is exhausted once.
    if (exhausted) wakeLanes(turn);
  } while (exhausted);
}

/** The strategy has answered. */
export function takeAnswer(
  turn: Turn,
  target: string,
  answer: Ask,
  expectation: Expectation | undefined,
): void {
  if (isOver(turn.study.phase)) return;
  if (target === wholeFleet) takeFleetAnswer(turn, answer);
  else take(turn, target, answer, expectation);
}

/** The strategy cannot compute; it is asked again when something changes. */
export function forgetQuestion(turn: Turn, target: string): void {
  for (const lane of turn.study.lanes)
    if (lane.conversation.kind === 'asked' && [lane.target.name, wholeFleet].includes(target))
      updateLane(turn, lane.target.name, { conversation: { kind: 'idle' } });
  const { fleet } = turn.study;
  if (fleet !== null) update(turn, { fleet: { ...fleet, conversation: 'idle' } });
}

/** As many for one target as can be had without waiting; at most its room. */
function proposeFor(turn: Turn, target: string): 'exhausted' | 'nothing more' {
  for (;;) {
    const lane = laneNow(turn, target);
    if (!isAsking(turn.study, lane)) return 'nothing more';
    const answer = ask(turn, lane);
    if (answer === 'asked') {
      updateLane(turn, target, { conversation: { kind: 'asked', hasNews: false } });
      return 'nothing more';
    }
    take(turn, target, answer, undefined);
    if (answer === 'exhausted') return 'exhausted';
    if (answer === 'later') return 'nothing more';
  }
}

/** Whether it wants a proposal, and nobody is being asked for it. */
function isAsking(study: Study, lane: Lane): boolean {
  return lane.conversation.kind === 'idle'
    ? hasRoom(study, lane)
    : lane.conversation.kind === 'asked' && study.fleet?.conversation === 'idle';
}

function ask(turn: Turn, lane: Lane): Ask | 'asked' {
  const target = lane.target.name;
  const { fleet } = turn.study;
  if (fleet !== null) return askFleet(turn, lane);
  if (!isExternal(turn.study)) {
    turn.effects.push({ kind: 'ask-strategy', target });
    return 'asked';
  }
  const next = lane.offers.waiting.first();
  if (next === undefined) return 'later';
  updateLane(turn, target, {
    offers: { ...lane.offers, waiting: lane.offers.waiting.shift() },
  });
  return next;
}

function askFleet(turn: Turn, lane: Lane): Ask | 'asked' {
  const { study } = turn;
  const { fleet } = study;
  if (fleet === null) return 'exhausted';
  const index = study.lanes.indexOf(lane);
  const standings = study.lanes.map((each) => standingOf(study, each));
  const answer = fleetAnswer(fleet, index, standings);
  if (typeof answer === 'object') update(turn, { fleet: withTaken(fleet, index) });
  if (answer !== 'ask') return answer;
  if (fleet.conversation === 'idle') {
    turn.effects.push({ kind: 'ask-strategy', target: wholeFleet });
    update(turn, { fleet: { ...fleet, conversation: 'asked' } });
  }
  return 'asked';
}

/** What it proposes goes to all that asked; they take it when they are asked for more. */
function takeFleetAnswer(turn: Turn, answer: Ask): void {
  const { fleet } = turn.study;
  if (fleet === null) return;
  const proposals = typeof answer === 'object' ? fleet.proposals.push(answer) : fleet.proposals;
  update(turn, { fleet: { ...fleet, conversation: 'idle', proposals } });
  if (typeof answer === 'object') return;
  for (const { target, conversation } of turn.study.lanes)
    if (conversation.kind === 'asked') take(turn, target.name, answer, undefined);
}

function take(turn: Turn, target: string, answer: Ask, expectation: Expectation | undefined): void {
  const lane = laneNow(turn, target);
  if (typeof answer !== 'object') {
    updateLane(turn, target, { conversation: withoutProposal(lane.conversation, answer) });
    return;
  }
  const { architecture } = answer;
  updateLane(turn, target, {
    ...withProposal(lane, answer, expectation),
    conversation: { kind: 'idle' },
    unsaved: lane.unsaved.push(architecture),
  });
  turn.effects.push({ kind: 'build', target, architecture });
}

/** What has ended meanwhile may be what the strategy waits for. */
function withoutProposal(asked: Questioning, answer: 'later' | 'exhausted'): Questioning {
  if (answer === 'exhausted') return { kind: 'exhausted' };
  return asked.kind === 'asked' && asked.hasNews ? { kind: 'idle' } : { kind: 'waiting' };
}
