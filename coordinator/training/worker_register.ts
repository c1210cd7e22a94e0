import type { Clock } from '../../platform/time/clock';
import type { Bus } from '../../platform/nats/bus';
import {
  decodeWorkerHeartbeat,
  type WorkerHeartbeat,
} from '../../proto/codec/training/worker_heartbeat';
import { workerSubjects } from '../../proto/subjects';

/** Three heartbeats may be lost. */
const longestSilenceMs = 12_000;
/** More workers than any lab has; a flood of made-up names must not take the memory. */
const mostWorkers = 1_000;

/** The predictor workers that were heard of lately. */
export interface WorkerRegister {
  workers(): readonly WorkerHeartbeat[];
  close(): void;
}

export function registerWorkers(bus: Bus, clock: Pick<Clock, 'nowMs'>): WorkerRegister {
  const heard = new Map<string, { readonly heartbeat: WorkerHeartbeat; readonly atMs: number }>();
  const subscription = bus.connection.subscribe(workerSubjects, {
    callback: (error, message) => {
      const read = error === null ? decodeWorkerHeartbeat(message.data) : undefined;
      if (read?.ok !== true) return;
      const { worker } = read.value;
      if (heard.has(worker) || heard.size < mostWorkers)
        heard.set(worker, { heartbeat: read.value, atMs: clock.nowMs() });
    },
  });
  return {
    workers: () => {
      for (const [worker, { atMs }] of heard)
        if (clock.nowMs() - atMs > longestSilenceMs) heard.delete(worker);
      return [...heard.values()].map(({ heartbeat }) => heartbeat);
    },
    close: () => subscription.unsubscribe(),
  };
}
