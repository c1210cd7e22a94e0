import {
  AckPolicy,
  DeliverPolicy,
  nanos,
  type Consumer,
  type ConsumerConfig,
  type JsMsg,
} from 'nats';
import type { Bus } from '../../platform/nats/bus';
import { requireJetStream } from '../../platform/nats/jetstream';
import { ensureWorkQueue } from '../../platform/nats/work_queue';
import { startTicker } from '../../platform/time/ticker';
import type { Clock } from '../../platform/time/clock';
import { trainConsumer, trainStream } from '../../proto/subjects';
import { trainedQueue, trainQueue } from '../../proto/training_queues';

/** A worker that is gone for so long has lost its task to another. */
const acknowledgementWaitMs = 30_000;
/** Two may be lost before the task is. */
const stillWorkingIntervalMs = 10_000;
/** More than all workers together have processes. */
const mostUnacknowledged = 10_000;
/** A pull request's life: it bounds how long a stop waits, and how long a request that a restarted broker has forgotten goes unnoticed. */
const pullExpiryMs = 1_000;

const consumerConfig: Partial<ConsumerConfig> = {
  durable_name: trainConsumer,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  ack_wait: nanos(acknowledgementWaitMs),
  max_deliver: -1,
  max_ack_pending: mostUnacknowledged,
};

/** A task in hand. The broker gives it to nobody else while it is held. */
export interface TakenTask {
  readonly taskId: string;
  readonly data: Uint8Array;
  /** How often it has been given out, this time included. */
  readonly deliveries: number;
  /** It is dealt with. */
  finish(): void;
  /** Somebody else shall have it, after a while. */
  giveBack(afterMs: number): void;
}

export interface TaskSource {
  /** One task, or undefined after a moment without any. Rejects while the broker is away. */
  next(): Promise<TakenTask | undefined>;
}

/** The queue of tasks, which all workers share. @throws BadInputError when the broker cannot have it */
export async function openTaskSource(bus: Bus, clock: Pick<Clock, 'sleep'>): Promise<TaskSource> {
  let consumer = await openConsumer(bus);
  return {
    next: async () => {
      try {
        const message = await consumer.next({ expires: pullExpiryMs });
        return message === null ? undefined : taken(message, clock);
      } catch (error) {
        // Somebody may have deleted stream or consumer, or the broker lost its store.
        if (bus.isConnected()) consumer = await openConsumer(bus);
        throw error;
      }
    },
  };
}

async function openConsumer(bus: Bus): Promise<Consumer> {
  const manager = await requireJetStream(bus);
  await ensureWorkQueue(manager, trainQueue);
  await ensureWorkQueue(manager, trainedQueue);
  await manager.consumers.add(trainStream, consumerConfig);
  return bus.connection.jetstream().consumers.get(trainStream, trainConsumer);
}

function taken(message: JsMsg, clock: Pick<Clock, 'sleep'>): TakenTask {
  const holding = startTicker({ clock, intervalMs: stillWorkingIntervalMs }, () =>
    message.working(),
  );
  return {
    taskId: message.subject.slice(message.subject.lastIndexOf('.') + 1),
    data: message.data,
    deliveries: message.info.deliveryCount,
    finish: () => {
      void holding.stop();
      message.ack();
    },
    giveBack: (afterMs) => {
      void holding.stop();
      message.nak(afterMs);
    },
  };
}
