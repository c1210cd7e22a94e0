import type { Measurement } from '../../common/measurement';
import type { Observed } from '../spec/violation';
import { findingIn, type Finding } from './finding';
import { isUncertain, latencyInterval, relativeNoiseOf } from './latency_interval';

/** What one session says is taken to be off by as much as the sessions of well-kept phones differ at most. */
const singleSessionNoise = 0.025;

/** What a search learns from a measurement. */
export function observedIn(measurement: Measurement): Observed & Finding {
  const finding = findingIn(measurement);
  return {
    ...finding,
    relativeNoise: relativeNoiseOf(measurement) ?? singleSessionNoise,
    deviceSerial: measurement.conditions.deviceSerial,
    isUncertain: isUncertain(latencyInterval(finding.sessionMediansMs), finding.latencyMs),
  };
}
