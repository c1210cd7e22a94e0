import { BadInputError } from '../../common/bad_input';
import type { Bus } from '../../platform/nats/bus';
import { startTicker } from '../../platform/time/ticker';
import { encodeWorkerHeartbeat } from '../../proto/codec/training/worker_heartbeat';
import { workerSubject } from '../../proto/subjects';
import type { EngineFact } from './task_message';
import type { TaskProcess } from './task_process';
import { TaskSlot, type SlotParts } from './task_slot';
import { openTaskSource } from './task_source';

/** Whoever watches sees a worker come and go within seconds. */
const heartbeatIntervalMs = 3_000;

export interface TrainingWorkerParts extends Omit<SlotParts, 'source' | 'crashes'> {
  readonly processes: number;
}

/** Takes tasks from the queue, one for each process. */
export interface TrainingWorker {
  readonly engine: EngineFact;
  workingAt(): readonly string[];
  /** Ends its processes; tasks at work go to others. */
  close(): Promise<void>;
}

/** @throws BadInputError when the engine that is asked for cannot be had, or the broker has no room for the queues */
export async function startTrainingWorker(parts: TrainingWorkerParts): Promise<TrainingWorker> {
  const { bus, clock, processes } = parts;
  const source = await openTaskSource(bus, clock);
  const started = Array.from({ length: processes }, () => parts.startProcess());
  const engine = await engineOf(started);
  const slotParts: SlotParts = { ...parts, source, crashes: new Map() };
  const slots = started.map((process) => new TaskSlot(slotParts, process));
  const stopping = new AbortController();
  const working = slots.map((slot) => slot.work(stopping.signal));
  const workingAt = (): readonly string[] => slots.flatMap((slot) => slot.workingAt ?? []);
  const heartbeats = startTicker({ clock, intervalMs: heartbeatIntervalMs }, () =>
    sayHello(bus, { ...parts, engine, workingAt: workingAt() }),
  );
  return {
    engine,
    workingAt,
    close: async () => {
      stopping.abort();
      await heartbeats.stop();
      await Promise.all(slots.map((slot) => slot.close()));
      await Promise.all(working);
    },
  };
}

/** All have the same; the first says which. */
async function engineOf(started: readonly TaskProcess[]): Promise<EngineFact> {
  const opened = await started[0]?.open();
  if (opened?.ok === true) return opened.value;
  await Promise.all(started.map((each) => each.end()));
  throw new BadInputError(
    opened === undefined ? 'processes: expected at least 1' : opened.error.message,
  );
}

interface Hello extends Pick<TrainingWorkerParts, 'worker' | 'processes' | 'clock'> {
  readonly engine: EngineFact;
  readonly workingAt: readonly string[];
}

function sayHello(bus: Bus, { worker, processes, clock, engine, workingAt }: Hello): void {
  if (!bus.isConnected()) return;
  const heartbeat = {
    worker,
    engine: engine.kind,
    engineReason: engine.reason,
    processes,
    workingAt,
    atMs: clock.nowMs(),
  };
  bus.connection.publish(workerSubject(worker), encodeWorkerHeartbeat(heartbeat));
}
