import { extendBudget } from '../spec/budget';
import { takeOffers } from './offering';
import { lastingPhase, problemOf, stateOf, type NextState } from './phase';
import type {
  RequestAnswer,
  Request,
  SearchExtension,
  SearchState,
  WaitingRequest,
} from './request';
import type { Study } from './state';
import { update, type Turn } from './turn';
import { wallTimeFrom } from './wall_time';

/** Serves what is asked of the study, first come first, until something has to be written first. */
export function serveRequests(turn: Turn): void {
  for (;;) {
    const { phase, requests } = turn.study;
    const first = requests.first();
    if (first?.state !== 'waiting' || phase.kind === 'saving' || phase.kind === 'replaying') return;
    update(turn, { requests: requests.shift() });
    serve(turn, first);
  }
}

/** The study asks itself to pause: something is wrong that it cannot mend. */
export function pauseFor(turn: Turn, problem: string): void {
  if (stateOf(turn.study.phase) !== 'running') return;
  turn.effects.push({ kind: 'report-problem', problem });
  const request: Request = { kind: 'pause', problem };
  update(turn, {
    requests: turn.study.requests.unshift({ requestId: null, request, state: 'waiting' }),
  });
}

/** From now on nothing is begun until the ledger has the new state. */
export function enter(
  turn: Turn,
  state: SearchState,
  more: Partial<Pick<NextState, 'problem' | 'extension' | 'requestId'>>,
): void {
  const { phase, wall, nowMs } = turn.study;
  const next: NextState = {
    state,
    wall: wallTimeFrom(wall, state === 'running', nowMs),
    ...{ problem: null, extension: null, requestId: null },
    ...more,
  };
  update(turn, {
    phase: { kind: 'saving', from: stateOf(phase), problem: problemOf(phase), next },
  });
  turn.effects.push({ kind: 'save-state', next });
}

/** The ledger has the new state: now the engine is told, and whoever asked for it. */
export function stateSaved(turn: Turn): void {
  const { phase } = turn.study;
  if (phase.kind !== 'saving') return;
  const { from, next } = phase;
  const { state, wall, problem, extension, requestId } = next;
  update(turn, { phase: lastingPhase(state, problem), wall });
  if (extension !== null) update(turn, extended(turn.study, extension));
  if (state === 'finished' || state === 'stopped') turn.effects.push({ kind: 'end-jobs' });
  if (from === 'running' && state === 'paused') turn.effects.push({ kind: 'pause-jobs' });
  if (from === 'paused' && state === 'running') {
    update(turn, { buildFailures: 0 });
    turn.effects.push({ kind: 'resume-jobs' });
  }
  answer(turn, requestId, { kind: 'done' });
}

/** With more of each target's budget. A strategy over several targets has no more once the first of them has spent its budget, so all are asked again. */
export function extended(study: Study, extension: SearchExtension): Partial<Study> {
  return {
    extensionIds: study.extensionIds.push(extension.extensionId),
    lanes: study.lanes.map((lane) => ({
      ...lane,
      budget: extendBudget(lane.budget, extension),
      conversation: lane.conversation.kind === 'exhausted' ? { kind: 'idle' } : lane.conversation,
    })),
  };
}

export function answer(turn: Turn, requestId: number | null, text: RequestAnswer): void {
  if (requestId !== null) turn.effects.push({ kind: 'answer', requestId, answer: text });
}

function serve(turn: Turn, waiting: WaitingRequest): void {
  const { requestId, request } = waiting;
  const state = stateOf(turn.study.phase);
  switch (request.kind) {
    case 'pause':
      if (state !== 'running') break;
      enter(turn, 'paused', { problem: request.problem, requestId });
      return;
    case 'resume':
      if (state !== 'paused') break;
      enter(turn, 'running', { requestId });
      return;
    case 'stop':
      if (state !== 'running' && state !== 'paused') break;
      enter(turn, 'stopped', { requestId });
      return;
    case 'extend':
      extend(turn, request.extension, requestId);
      return;
    case 'offer':
      serveOffer(turn, waiting);
      return;
  }
  answer(turn, requestId, { kind: 'done' });
}

/** While it is being written, it goes on waiting. */
function serveOffer(turn: Turn, waiting: WaitingRequest): void {
  const taken = takeOffers(turn, waiting);
  if (taken !== undefined) answer(turn, waiting.requestId, taken);
}

/** The same extension twice is one. */
function extend(turn: Turn, extension: SearchExtension, requestId: number | null): void {
  const { phase, extensionIds, settings } = turn.study;
  const state = stateOf(phase);
  const refusal = missingLimit(turn.study, extension);
  if (state === 'stopped' || extensionIds.includes(extension.extensionId))
    answer(turn, requestId, { kind: 'done' });
  else if (refusal !== undefined)
    answer(turn, requestId, {
      kind: 'refused',
      cause: 'no-such-limit',
      message: `search ${settings.searchId} ${refusal}`,
    });
  else
    enter(turn, state === 'finished' ? 'running' : state, {
      problem: problemOf(phase),
      extension,
      requestId,
    });
}

/** What cannot be extended, since a target has no limit on it; undefined when all can. */
function missingLimit({ lanes }: Study, extension: SearchExtension): string | undefined {
  for (const limit of ['measurements', 'phoneMinutes', 'wallMinutes'] as const) {
    const without = lanes.find(({ budget }) => budget[limit] === undefined);
    if (extension[limit] === 0 || without === undefined) continue;
    const has = Object.entries(without.budget).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    );
    return `has no limit on ${limit} of ${without.target.name} that could be extended; it has ${has.join(' and ')}`;
  }
  return undefined;
}
