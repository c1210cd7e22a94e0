import type { FrontMember } from './front';

export type PickKind = 'fastest' | 'knee' | 'most-accurate';

/** A network of a front that stands out. */
export interface FrontPick extends FrontMember {
  readonly kind: PickKind;
}

/**
 * The ends of a front (fastest first) and its knee: the member that is farthest from the straight line between the ends, both axes scaled to the
 * front's extent. Each network once; a front that has nothing above that line has no knee.
 */
export function picksOf(front: readonly FrontMember[]): readonly FrontPick[] {
  const [fastest] = front;
  const mostAccurate = front.at(-1);
  if (fastest === undefined || mostAccurate === undefined) return [];
  const knee = kneeOf(front, fastest, mostAccurate);
  return [
    { kind: 'fastest', ...fastest },
    ...(knee === undefined ? [] : [{ kind: 'knee' as const, ...knee }]),
    ...(mostAccurate === fastest ? [] : [{ kind: 'most-accurate' as const, ...mostAccurate }]),
  ];
}

function kneeOf(
  front: readonly FrontMember[],
  fastest: FrontMember,
  mostAccurate: FrontMember,
): FrontMember | undefined {
  const width = mostAccurate.latencyMs - fastest.latencyMs;
  const height = mostAccurate.accuracyPercent - fastest.accuracyPercent;
  let knee: FrontMember | undefined;
  let farthest = 0;
  for (const member of front.slice(1, -1)) {
    // On the line both shares are equal; above it more of the accuracy is had than of the time is spent.
    const above =
      (member.accuracyPercent - fastest.accuracyPercent) / height -
      (member.latencyMs - fastest.latencyMs) / width;
    if (above <= farthest) continue;
    farthest = above;
    knee = member;
  }
  return knee;
}
