import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JobResult } from '../../common/job';

interface AgentGauges {
  readonly devicesAttached: () => number;
  readonly jobsRunning: () => number;
  readonly resultsUnpublished: () => number;
  readonly connected: () => boolean;
}

interface AgentMetrics {
  readonly resultKept: (result: JobResult) => void;
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const stageBucketsSeconds = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300,
];

/** What one agent tells Prometheus. Gauges are read when they are scraped. */
export function createAgentMetrics(gauges: AgentGauges): AgentMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge(
    'farm_agent_devices_attached',
    'Devices that this agent can measure on',
    gauges.devicesAttached,
  );
  gauge('farm_agent_jobs_running', 'Jobs under way', gauges.jobsRunning);
  gauge(
    'farm_agent_results_unpublished',
    'Results that the broker does not have yet',
    gauges.resultsUnpublished,
  );
  gauge('farm_agent_coordinator_connected', '1 while the coordinator answers', () =>
    gauges.connected() ? 1 : 0,
  );
  const results = new Counter({
    name: 'farm_agent_results_total',
    help: 'Finished jobs by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const stages = new Histogram({
    name: 'farm_agent_stage_seconds',
    help: 'Duration of each stage of a measured job',
    labelNames: ['stage'],
    buckets: stageBucketsSeconds,
    registers,
  });
  return {
    resultKept: ({ outcome }) => {
      results.inc({
        outcome: outcome.kind === 'measured' ? 'measured' : `${outcome.kind}:${outcome.code}`,
      });
      if (outcome.kind !== 'measured') return;
      const { fetchMs, pushMs, readinessMs, measureMs, cleanUpMs } = outcome.measurement.stages;
      for (const [stage, durationMs] of Object.entries({
        fetch: fetchMs,
        push: pushMs,
        readiness: readinessMs,
        measure: measureMs,
        'clean-up': cleanUpMs,
      }))
        stages.observe({ stage }, durationMs / 1_000);
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
