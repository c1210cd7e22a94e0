import { dominates } from './point';

/** An architecture and what was found of it on one target. */
export interface FrontMember {
  readonly architecture: string;
  readonly latencyMs: number;
  readonly accuracyPercent: number;
}

/** What is minimised: latency in milliseconds and error in percent. */
export function pointOf(
  member: Pick<FrontMember, 'latencyMs' | 'accuracyPercent'>,
): readonly [number, number] {
  return [member.latencyMs, 100 - member.accuracyPercent];
}

/** The non-dominated among the members of a front and one more; fastest first. */
export function withMember<Member extends FrontMember>(
  members: readonly Member[],
  member: Member,
): readonly Member[] {
  const point = pointOf(member);
  if (members.some((other) => dominates(pointOf(other), point))) return members;
  const kept = members.filter((other) => !dominates(point, pointOf(other)));
  return [...kept, member].sort(
    (a, b) => a.latencyMs - b.latencyMs || b.accuracyPercent - a.accuracyPercent,
  );
}

/** The latency of the fastest member that is at least as accurate; Infinity when there is none. */
export function joinsBelowMs(members: readonly FrontMember[], accuracyPercent: number): number {
  return members.find((member) => member.accuracyPercent >= accuracyPercent)?.latencyMs ?? Infinity;
}
