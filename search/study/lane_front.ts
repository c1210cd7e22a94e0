import type { FrontMember } from '../front/front';
import { findingsOf, type Lane } from './lane';
import { certainOf, foundOf, uncertainOf } from './results';
import { standingFront, type StandingFront } from './standing_front';

/** The front by all that was measured so far, confirmations included. What a member dominated comes back when that turns out uncertain. */
export function laneFront(lane: Lane): StandingFront {
  const { results } = lane;
  const standing = frontAmong(lane, foundOf(results));
  const isDominating = results.front.some(({ architecture }) =>
    standing.uncertain.some((each) => each.architecture === architecture),
  );
  return isDominating
    ? frontAmong(lane, [...certainOf(results), ...uncertainOf(results)])
    : standing;
}

function frontAmong(lane: Lane, found: readonly FrontMember[]): StandingFront {
  return standingFront({
    found,
    findingsOf: (architecture) => findingsOf(lane, architecture),
    constraints: lane.target.constraints,
  });
}
