import { isClearlyAbove, planLimits, type BenchmarkPlan } from '../../common/job';
import { meanInterval } from '../../common/mean_interval';

/** What twice the sessions cannot tell apart is as good as equal, and worth no more of the phone's time. */
const mostTimesPlanned = 2;
const confidence = 0.95;

/** How many sessions a plan can come to. */
export function mostSessions({ sessions, decisionMs }: BenchmarkPlan): number {
  return decisionMs === undefined
    ? sessions
    : Math.min(mostTimesPlanned * sessions, planLimits.sessions.max);
}

/**
 * Whether a measurement goes on after sessions with these medians, given in their order. Without `decisionMs` it has exactly the planned ones. With it, the first
 * session ends it when it is clearly above; and it goes on beyond the plan as long as the 95 % interval of the medians' mean holds `decisionMs`. One session
 * has no interval: a plan of one is not exceeded.
 */
export function needsSession(plan: BenchmarkPlan, mediansMs: readonly number[]): boolean {
  const { sessions, decisionMs } = plan;
  const done = mediansMs.length;
  if (decisionMs === undefined) return done < sessions;
  if (done === 1 && mediansMs.every((medianMs) => isClearlyAbove(medianMs, decisionMs)))
    return false;
  if (done < sessions) return true;
  return done >= 2 && done < mostSessions(plan) && holds(mediansMs, decisionMs);
}

function holds(mediansMs: readonly number[], decisionMs: number): boolean {
  const { low, high } = meanInterval(mediansMs, confidence);
  return low <= decisionMs && decisionMs <= high;
}
