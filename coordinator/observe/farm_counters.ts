import { Counter, Histogram, type Registry } from 'prom-client';
import type { Lease, Outcome } from '../../common/job';
import type { FarmObserver } from '../engine/farm_observer';

/** From half a millisecond, an idle coordinator on a local network, to a minute, a queue that is not served. */
const dispatchBucketsSeconds = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60,
];
const handlingBucketsSeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5];

interface RunningLease {
  readonly epoch: number;
  readonly pool: string;
  readonly sinceMs: number;
}

/** Counts what happens. Utilisation of a device is the rate of its leased, or of its measuring, seconds. */
export function createFarmCounters(registry: Registry): FarmObserver {
  const { dispatch, handling, results, refused, leased, measuring } = registerCounters(registry);
  const running = new Map<string, RunningLease>();
  const freeSinceMs = new Map<string, number>();
  const queuedSinceMs = new Map<string, number>();
  return {
    jobSubmitted: (jobId, atMs) => void queuedSinceMs.set(jobId, atMs),
    jobEnded: (jobId) => void queuedSinceMs.delete(jobId),
    jobSent: ({ job, lease, atMs }) => {
      const freeMs = freeSinceMs.get(lease.deviceSerial);
      const queuedMs = queuedSinceMs.get(job.jobId);
      if (freeMs !== undefined && queuedMs !== undefined)
        dispatch.observe(Math.max(0, atMs - Math.max(freeMs, queuedMs)) / 1_000);
      freeSinceMs.delete(lease.deviceSerial);
      running.set(lease.deviceSerial, { epoch: lease.epoch, pool: job.target.pool, sinceMs: atMs });
    },
    attemptRecorded: ({ lease, outcome, atMs }) => {
      results.inc({ outcome: outcomeLabel(outcome) });
      const lap = endLap(running, lease);
      if (lap !== undefined)
        leased.inc(
          { serial: lease.deviceSerial, pool: lap.pool },
          Math.max(0, atMs - lap.sinceMs) / 1_000,
        );
      if (outcome.kind !== 'measured') return;
      // After a fault the device may be held back on purpose, so only a good end starts the clock of the next dispatch.
      freeSinceMs.set(lease.deviceSerial, atMs);
      if (lap !== undefined)
        measuring.inc(
          { serial: lease.deviceSerial, pool: lap.pool },
          outcome.measurement.stages.measureMs / 1_000,
        );
    },
    resultDiscarded: (cause) => {
      if (cause === 'forged') refused.inc({ cause });
      else results.inc({ outcome: 'discarded' });
    },
    resultImplausible: () => refused.inc({ cause: 'implausible' }),
    resultsHandled: (_results, durationMs) => handling.observe(durationMs / 1_000),
  };
}

function registerCounters(registry: Registry) {
  const registers = [registry];
  return {
    dispatch: new Histogram({
      name: 'farm_dispatch_seconds',
      help: 'From a free device with a waiting job to the command that runs it',
      buckets: dispatchBucketsSeconds,
      registers,
    }),
    handling: new Histogram({
      name: 'farm_results_handling_seconds',
      help: 'From the arrival of a batch of results to its commit, effects included',
      buckets: handlingBucketsSeconds,
      registers,
    }),
    results: new Counter({
      name: 'farm_results_total',
      help: 'Attempts that count, by outcome, and results that were discarded because they came late or again',
      labelNames: ['outcome'],
      registers,
    }),
    refused: new Counter({
      name: 'farm_results_refused_total',
      help: 'Results that were not believed: forged (not from the agent of the lease) or implausible (what cannot have happened)',
      labelNames: ['cause'],
      registers,
    }),
    leased: new Counter({
      name: 'farm_device_leased_seconds_total',
      help: 'Time under a lease',
      labelNames: ['serial', 'pool'],
      registers,
    }),
    measuring: new Counter({
      name: 'farm_device_measuring_seconds_total',
      help: 'Time in which the benchmark tool ran',
      labelNames: ['serial', 'pool'],
      registers,
    }),
  };
}

/** A bounded set of labels: fault codes are a closed list, messages are not. */
function outcomeLabel(outcome: Outcome): string {
  return outcome.kind === 'measured' ? 'measured' : `${outcome.kind}:${outcome.code}`;
}

function endLap(running: Map<string, RunningLease>, lease: Lease): RunningLease | undefined {
  const lap = running.get(lease.deviceSerial);
  if (lap?.epoch !== lease.epoch) return undefined;
  running.delete(lease.deviceSerial);
  return lap;
}
