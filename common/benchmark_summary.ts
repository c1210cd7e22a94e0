import { assert } from './assert';
import type { Session, Summary, TimingAggregate } from './measurement';
import { ascendingOf, mean, median, quantile, standardDeviation } from './statistics';

export interface BenchmarkSummary {
  /** Median over the sessions of each session's median, or mean where the tool gives no median. */
  readonly latencyMs: number;
  readonly sessionSummaries: readonly Summary[];
  readonly summary: Summary;
  /** Standard deviation over mean of the sessions' headline values; null for a single session. */
  readonly betweenSessionsCv: number | null;
}

/** Summary of sessions, at least one, each with at least one run. Quantiles are of type 7 (see statistics.ts). */
export function summarizeBenchmark(sessions: readonly Session[]): BenchmarkSummary {
  assert(sessions.length > 0, 'a benchmark has a session');
  const sessionSummaries = sessions.map(summarizeSession);
  const headlinesMs = sessionSummaries.map(headlineMsOf);
  return {
    latencyMs: median(headlinesMs),
    sessionSummaries,
    summary: summarizeAll(sessions, sessionSummaries),
    betweenSessionsCv:
      sessions.length < 2 ? null : standardDeviation(headlinesMs) / mean(headlinesMs),
  };
}

/** What stands for a session: its median, or its mean where the tool gives none. */
export function headlineMsOf({ p50Ms, meanMs }: Summary): number {
  return p50Ms ?? meanMs;
}

/** A session's samples, or what its tool said of them: its standard deviation as it is, its missing quantiles as null. */
export function summarizeSession(session: Session): Summary {
  return session.timings.kind === 'samples'
    ? summarizeSamples(session.timings.samplesMs)
    : summarizeAggregate(session.timings.aggregate);
}

function summarizeSamples(samplesMs: readonly number[]): Summary {
  const ascending = ascendingOf(samplesMs);
  return {
    n: ascending.length,
    minMs: quantile(ascending, 0),
    p5Ms: quantile(ascending, 0.05),
    p50Ms: quantile(ascending, 0.5),
    p90Ms: quantile(ascending, 0.9),
    p95Ms: quantile(ascending, 0.95),
    meanMs: mean(ascending),
    sdMs: standardDeviation(ascending),
  };
}

function summarizeAggregate(aggregate: TimingAggregate): Summary {
  const { count, minMs, p5Ms, p50Ms, p95Ms, meanMs, sdMs } = aggregate;
  return { n: count, minMs, p5Ms, p50Ms, p90Ms: null, p95Ms, meanMs, sdMs };
}

/** All samples as one where there are samples; quantiles cannot be had from several aggregates. */
function summarizeAll(sessions: readonly Session[], summaries: readonly Summary[]): Summary {
  const only = summaries[0];
  if (only !== undefined && summaries.length === 1) return only;
  const samplesMs = sessions.flatMap((session) =>
    session.timings.kind === 'samples' ? session.timings.samplesMs : [],
  );
  return sessions.every((session) => session.timings.kind === 'samples')
    ? summarizeSamples(samplesMs)
    : pool(summaries);
}

/** Mean and standard deviation of the union, from the parts' sums of squares within and between. */
function pool(summaries: readonly Summary[]): Summary {
  const n = summaries.reduce((sum, part) => sum + part.n, 0);
  const meanMs = summaries.reduce((sum, part) => sum + part.n * part.meanMs, 0) / n;
  const squares = summaries.reduce(
    (sum, part) => sum + part.n * (part.sdMs ** 2 + (part.meanMs - meanMs) ** 2),
    0,
  );
  const minMs = Math.min(...summaries.map((part) => part.minMs));
  return {
    n,
    minMs,
    p5Ms: null,
    p50Ms: null,
    p90Ms: null,
    p95Ms: null,
    meanMs,
    sdMs: Math.sqrt(squares / n),
  };
}
