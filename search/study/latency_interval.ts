import type { Measurement } from '../../common/measurement';
import { meanInterval, standardError } from '../../common/mean_interval';

/** How well a latency is known. */
export type LatencyInterval =
  /** Holds the mean of the sessions' medians with 95 % confidence, the sessions taken as independent and normal. */
  | {
      readonly kind: 'interval';
      readonly lowMs: number;
      readonly highMs: number;
      readonly sessions: number;
    }
  /** One session says nothing of how far another would be off. */
  | { readonly kind: 'single-session' };

const confidence = 0.95;

/**
 * Student's t interval over the medians of all sessions of all measurements of one network on one target: its runs within a session
 * share a process, a clock and a heat, and would make the interval far too narrow.
 */
export function latencyInterval(mediansMs: readonly number[]): LatencyInterval {
  const sessions = mediansMs.length;
  if (sessions < 2) return { kind: 'single-session' };
  const { low, high } = meanInterval(mediansMs, confidence);
  return { kind: 'interval', lowMs: Math.max(0, low), highMs: high, sessions };
}

/** Wider than the latency itself: not known to better than its order of magnitude, so that it beats nothing. */
export function isUncertain(interval: LatencyInterval, latencyMs: number): boolean {
  return interval.kind === 'interval' && interval.highMs - interval.lowMs > latencyMs;
}

/** Standard error of the latency over the sessions' medians, relative to it; null where fewer than two sessions tell. */
export function relativeNoiseOf(measurement: Measurement): number | null {
  const mediansMs = sessionMediansMs(measurement);
  return mediansMs.length < 2 ? null : standardError(mediansMs) / measurement.latencyMs;
}

/** The mean where the tool gives no median, as in the headline. */
export function sessionMediansMs({ sessionSummaries }: Measurement): number[] {
  return sessionSummaries.map(({ p50Ms, meanMs }) => p50Ms ?? meanMs);
}
