import { joinsBelowMs, withMember, type FrontMember } from '../front/front';
import { violationOfMeasured } from '../spec/violation';
import type { Constraints } from '../spec/search_spec';
import { isVirtual, latencyMsOf, leastShare, type Finding, type Findings } from './finding';
import { isUncertain, latencyInterval, type LatencyInterval } from './latency_interval';

/** A network of a front, by all that was measured of it. */
export interface StandingMember extends FrontMember {
  readonly interval: LatencyInterval;
  readonly isVirtual: boolean;
}

/** A target's front as everything tells it that is asked for it: lists, picks, reports, exports. */
export interface StandingFront {
  /** Fastest first. */
  readonly members: readonly StandingMember[];
  /** Would be members, were their latency known to better than its own size; fastest first. */
  readonly uncertain: readonly StandingMember[];
}

interface FrontGrounds {
  /** Those that the search found to be on its front, or too uncertain for it. */
  readonly found: readonly FrontMember[];
  readonly findingsOf: (architecture: string) => readonly Finding[];
  readonly constraints: Constraints;
}

/** What confirmation found to be dominated, or beyond a limit, is not on it; nor is what is still uncertain. */
export function standingFront({ found, findingsOf, constraints }: FrontGrounds): StandingFront {
  let members: readonly StandingMember[] = [];
  const uncertain: StandingMember[] = [];
  for (const { architecture, accuracyPercent } of found) {
    const findings = asFindings(findingsOf(architecture));
    if (findings === undefined) continue;
    const member = memberOf({ architecture, accuracyPercent }, findings);
    const { latencyMs } = member;
    if (violationOfMeasured(constraints, { latencyMs, unitShare: leastShare(findings) }) > 0)
      continue;
    if (isUncertain(member.interval, latencyMs)) {
      uncertain.push(member);
      continue;
    }
    members = withMember(members, member);
  }
  return {
    members,
    uncertain: uncertain
      .filter(
        ({ latencyMs, accuracyPercent }) => latencyMs < joinsBelowMs(members, accuracyPercent),
      )
      .sort((a, b) => a.latencyMs - b.latencyMs),
  };
}

function memberOf(
  network: Pick<FrontMember, 'architecture' | 'accuracyPercent'>,
  findings: Findings,
): StandingMember {
  const interval = latencyInterval(findings.flatMap(({ sessionMediansMs }) => sessionMediansMs));
  return { ...network, latencyMs: latencyMsOf(findings), interval, isVirtual: isVirtual(findings) };
}

function asFindings([first, ...others]: readonly Finding[]): Findings | undefined {
  return first === undefined ? undefined : [first, ...others];
}
