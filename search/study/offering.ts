import type { OutsideOffer } from './event';
import { stateOf } from './phase';
import type { RequestAnswer, WaitingRequest } from './request';
import { laneNow, update, updateLane, type Turn } from './turn';

/** Of one target: more would be chosen long before the ends that should guide it. */
const mostWaiting = 1_000;

/**
 * Takes what an outside searcher proposes, all of a call or nothing. They are in the ledger before they are answered, with their sequence, so that
 * the client has nothing to repeat after a crash. Undefined while they are being written: the request goes on waiting.
 */
export function takeOffers(turn: Turn, waiting: WaitingRequest): RequestAnswer | undefined {
  const { requestId, request } = waiting;
  if (request.kind !== 'offer' || requestId === null) return { kind: 'done' };
  const { target, architectures } = request;
  const { settings, phase, requests } = turn.study;
  if (stateOf(phase) === 'stopped')
    return {
      kind: 'refused',
      cause: 'stopped',
      message: `search ${settings.searchId} is stopped for good; create another one`,
    };
  const { known, waiting: ahead } = laneNow(turn, target).offers;
  const unknown = architectures.filter((architecture) => !known.has(architecture));
  if (unknown.length === 0) return { kind: 'done' };
  if (ahead.size + unknown.length > mostWaiting)
    return {
      kind: 'refused',
      cause: 'full',
      message: `${ahead.size} proposals wait for ${target} and ${unknown.length} more were proposed, at most ${mostWaiting} can wait; read Ends, and propose again when some have ended`,
    };
  const offers = unknown.map((architecture, index) => ({
    target,
    architecture,
    // None is ever taken back.
    sequence: known.size + index,
  }));
  turn.effects.push({ kind: 'save-offers', requestId, offers });
  update(turn, { requests: requests.unshift({ ...waiting, state: 'saving' }) });
  return undefined;
}

/** The ledger has them. */
export function keepOffer(
  turn: Turn,
  { target, architecture, sequence }: OutsideOffer,
  isWaiting: boolean,
): void {
  const { known, waiting } = laneNow(turn, target).offers;
  updateLane(turn, target, {
    offers: {
      known: known.set(architecture, sequence),
      waiting: isWaiting ? waiting.push({ sequence, architecture }) : waiting,
    },
  });
}

/** The request for the offers that were being written has its end. */
export function endOffering(turn: Turn, requestId: number): void {
  update(turn, {
    requests: turn.study.requests.filter((waiting) => waiting.requestId !== requestId),
  });
}
