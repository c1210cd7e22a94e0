import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  nanos,
  RetentionPolicy,
  StorageType,
  type Consumer,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from 'nats';
import { BadInputError } from '../../common/bad_input';
import { resultConsumer, resultStream, resultSubjects } from '../../proto/subjects';
import type { Bus } from '../../platform/nats/bus';
import { jetStreamCode, jetStreamCodeOf, requireJetStream } from '../../platform/nats/jetstream';

/** Two hundred thousand results of the default plan; when it is full the broker refuses more, and they wait in the agents' spools. */
const largestStreamBytes = 1024 ** 3;
/** The leases behind results of this age are long void and their jobs given to others. */
const oldestResultMs = 30 * 24 * 3_600_000;
/** A second copy of a result is dropped by the broker within this time; after it, by the scheduler and the ledger. */
const duplicateWindowMs = 120_000;
/** Longer than the ledger may take for a commit, so that nothing comes twice only because the disk is slow. */
const acknowledgementWaitMs = 60_000;
/** What may wait in the coordinator's memory: some 20 MB with the default plan. Beyond it the broker holds the rest back. */
const mostUnacknowledged = 2_048;

/** A work queue: a result leaves it when the ledger has it, so that what is in it is exactly what is still to do. */
const streamConfig: Partial<StreamConfig> = {
  name: resultStream,
  subjects: [resultSubjects],
  retention: RetentionPolicy.Workqueue,
  storage: StorageType.File,
  // Never the old ones for the new: an acknowledged result is nowhere else.
  discard: DiscardPolicy.New,
  max_bytes: largestStreamBytes,
  max_age: nanos(oldestResultMs),
  duplicate_window: nanos(duplicateWindowMs),
};

const consumerConfig: Partial<ConsumerConfig> = {
  durable_name: resultConsumer,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  ack_wait: nanos(acknowledgementWaitMs),
  max_deliver: -1,
  max_ack_pending: mostUnacknowledged,
};

interface OpenedStream {
  readonly consumer: Consumer;
  /** Results that nobody has acknowledged, and the sequence number of the last of them. */
  readonly backlog: { readonly count: number; readonly lastSequence: number };
}

/** @throws BadInputError when the server has no JetStream, or a stream of this name that is not ours. */
export async function openResultStream(bus: Bus): Promise<OpenedStream> {
  const manager = await requireJetStream(bus);
  await ensureStream(manager);
  await forgetDeliveries(manager);
  const { num_pending: count } = await manager.consumers.add(resultStream, consumerConfig);
  const { state } = await manager.streams.info(resultStream);
  const consumer = await bus.connection.jetstream().consumers.get(resultStream, resultConsumer);
  return { consumer, backlog: { count, lastSequence: state.last_seq } };
}

/** The name of the stream or consumer that the broker has no more; undefined when both are there. @throws when the broker does not say */
export async function whatIsGone(bus: Bus): Promise<string | undefined> {
  try {
    await (
      await bus.connection.jetstreamManager({ checkAPI: false })
    ).consumers.info(resultStream, resultConsumer);
    return undefined;
  } catch (error) {
    const code = jetStreamCodeOf(error);
    if (code === jetStreamCode.streamNotFound) return `stream ${resultStream}`;
    if (code === jetStreamCode.consumerNotFound)
      return `consumer ${resultConsumer} of stream ${resultStream}`;
    throw error;
  }
}

/** Asks first: to a server of 2.9, adding a stream that exists needs its space a second time. */
async function ensureStream(manager: JetStreamManager): Promise<void> {
  try {
    await manager.streams.info(resultStream);
  } catch (error) {
    if (jetStreamCodeOf(error) !== jetStreamCode.streamNotFound) throw error;
    await addStream(manager);
    return;
  }
  await updateStream(manager);
}

async function addStream(manager: JetStreamManager): Promise<void> {
  try {
    await manager.streams.add(streamConfig);
  } catch (error) {
    if (jetStreamCodeOf(error) === undefined) throw error;
    throw new BadInputError(
      `NATS refused the stream ${resultStream}: ${(error as Error).message}; give JetStream at least ${String(largestStreamBytes)} bytes of file storage`,
    );
  }
}

async function updateStream(manager: JetStreamManager): Promise<void> {
  try {
    await manager.streams.update(resultStream, streamConfig);
  } catch (error) {
    throw new BadInputError(
      `NATS has a stream ${resultStream} that is set up otherwise (${(error as Error).message}); remove it, or use another server`,
    );
  }
}

/**
 * What a killed coordinator had received but not acknowledged would come again only after the acknowledgement wait. There
 * is one coordinator (its claim says so), so its consumer can be made anew, and everything is due at once.
 */
async function forgetDeliveries(manager: JetStreamManager): Promise<void> {
  try {
    await manager.consumers.delete(resultStream, resultConsumer);
  } catch (error) {
    if (jetStreamCodeOf(error) !== jetStreamCode.consumerNotFound) throw error;
  }
}
