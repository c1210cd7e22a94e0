import type { LatencyInterval } from '../../search/study/latency_interval';

/**
 * `firm`: to be relied upon; `fair`: good for ranking; `weak`: measure again before building on it; `virtual`: simulated, so that it says
 * nothing of silicon, however well it repeats.
 */
export type TrustLevel = 'firm' | 'fair' | 'weak' | 'virtual';

export interface Trust {
  readonly level: TrustLevel;
  /** Why not firm, one line each; what weighs most comes first. */
  readonly reasons: readonly string[];
}

/** What is known of the latency of one point of a front. */
export interface TrustGrounds {
  readonly latencyMs: number;
  readonly interval: LatencyInterval;
  /** Of all its measurements. */
  readonly caveats: readonly string[];
  /** The job of another search or a benchmark, if that made the measurement. */
  readonly reusedFromJobId: string | null;
  readonly ageMs: number;
  /** None of its measurements was made on the device that measured most of the front. */
  readonly isElsewhere: boolean;
  /** A virtual phone had a part in it. */
  readonly isVirtual: boolean;
}

/** Neighbours on a front are often a few percent apart: a wider interval cannot tell them apart. */
const firmHalfWidth = 0.03;
/** Beyond it a latency is an order of magnitude rather than a number. */
const weakHalfWidth = 0.1;
/** Fewer make an interval from one difference. */
const firmSessions = 3;
/** Phones are updated monthly. */
const firmDays = 30;

const msPerDay = 86_400_000;

/** docs/search.md has the rule in words. */
export function judgeTrust(grounds: TrustGrounds): Trust {
  const weak = weakReasons(grounds);
  const reasons = [...weak, ...fairReasons(grounds)];
  if (grounds.isVirtual)
    return { level: 'virtual', reasons: ['simulated by a cost model', ...reasons] };
  return { level: weak.length > 0 ? 'weak' : reasons.length > 0 ? 'fair' : 'firm', reasons };
}

function weakReasons({ latencyMs, interval, caveats }: TrustGrounds): string[] {
  if (interval.kind === 'single-session') return ['one session, so no interval', ...caveats];
  const share = halfWidth(interval, latencyMs);
  return [...(share > weakHalfWidth ? [`known to ±${percent(share)} only`] : []), ...caveats];
}

function fairReasons({
  latencyMs,
  interval,
  reusedFromJobId,
  ageMs,
  isElsewhere,
}: TrustGrounds): string[] {
  const reasons: string[] = [];
  if (interval.kind === 'interval') {
    const share = halfWidth(interval, latencyMs);
    if (share > firmHalfWidth && share <= weakHalfWidth)
      reasons.push(`known to ±${percent(share)}`);
    if (interval.sessions < firmSessions) reasons.push(`${interval.sessions} sessions`);
  }
  if (reusedFromJobId !== null) reasons.push(`reused from ${reusedFromJobId}`);
  if (ageMs > firmDays * msPerDay) reasons.push(`${Math.floor(ageMs / msPerDay)} days old`);
  if (isElsewhere) reasons.push('measured on another device than most of the front');
  return reasons;
}

function halfWidth(
  { lowMs, highMs }: Extract<LatencyInterval, { kind: 'interval' }>,
  latencyMs: number,
): number {
  return (highMs - lowMs) / 2 / latencyMs;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
