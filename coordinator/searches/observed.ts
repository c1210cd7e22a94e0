import type { Measurement } from '../../common/measurement';
import type { Observed } from '../search/violation';
import { relativeNoiseOf } from './latency_interval';

/** What one session says is taken to be off by as much as the sessions of well-kept phones differ at most. */
const singleSessionNoise = 0.025;

/** What a search learns from a measurement. */
export function observedIn(measurement: Measurement): Observed {
  const { latencyMs, conditions } = measurement;
  return { latencyMs, unitShare: conditions.unitShare, relativeNoise: relativeNoiseOf(measurement) ?? singleSessionNoise, deviceSerial: conditions.deviceSerial };
}
