import { collectDefaultMetrics, Registry } from 'prom-client';
import type { StatusPages } from '../../common/http_status';
import type { FarmObserver } from '../engine/farm_observer';
import { createFarmCounters } from './farm_counters';
import { registerFarmGauges, type FarmGaugesParts } from './farm_gauges';
import { createMeasuredTally } from './measured_tally';

/** Everything that the coordinator shows on `/metrics`: what it counted, what it is, and how its process is doing. */
export interface FarmMetrics {
  readonly observer: FarmObserver;
  /** Jobs measured on a device since this start. */
  jobsMeasured(deviceSerial: string): number;
  /** Adds what can be looked at once all parts are there. */
  show(parts: FarmGaugesParts): void;
  page: StatusPages['metrics'];
}

export function createFarmMetrics(): FarmMetrics {
  const registry = new Registry();
  // Memory, processor time and the lag of the event loop.
  collectDefaultMetrics({ register: registry });
  const counters = createFarmCounters(registry);
  const tally = createMeasuredTally();
  return {
    observer: {
      ...counters,
      attemptRecorded: (attempt) => {
        counters.attemptRecorded(attempt);
        tally.attemptRecorded(attempt);
      },
    },
    jobsMeasured: (deviceSerial) => tally.count(deviceSerial),
    show: (parts) => registerFarmGauges(registry, parts),
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
