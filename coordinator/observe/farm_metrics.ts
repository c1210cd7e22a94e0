import { collectDefaultMetrics, Registry } from 'prom-client';
import type { StatusPages } from '../../platform/http/status_routes';
import type { FarmObserver } from '../engine/farm_observer';
import { createFarmCounters } from './farm_counters';
import { registerFarmGauges, type FarmGaugesParts } from './farm_gauges';

/** Everything that the coordinator shows on `/metrics`: what it counted, what it is, and how its process is doing. */
export interface FarmMetrics {
  readonly observer: FarmObserver;
  /** Adds what can be looked at once all parts are there. */
  show(parts: FarmGaugesParts): void;
  page: StatusPages['metrics'];
}

/** With a registry of its own, so that two coordinators in one process do not share metrics. */
export function createFarmMetrics(): FarmMetrics {
  const registry = new Registry();
  // Memory, processor time and the lag of the event loop.
  collectDefaultMetrics({ register: registry });
  return {
    observer: createFarmCounters(registry),
    show: (parts) => registerFarmGauges(registry, parts),
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
