import {
  DiscardPolicy,
  nanos,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from 'nats';
import { BadInputError } from '../../common/bad_input';
import { jetStreamCode, jetStreamCodeOf } from './jetstream';

/** A stream that a message leaves when it has been dealt with. When it is full it refuses more: an old message may be the only one of its kind. */
export interface WorkQueueStream {
  readonly stream: string;
  readonly subjects: string;
  readonly largestBytes: number;
  /** What nobody has dealt with for so long is of no use any more. */
  readonly oldestMs: number;
  /** A subject holds one message and refuses another, so that publishing twice is publishing once. */
  readonly onePerSubject: boolean;
}

/** Makes the stream or brings it up to date; whoever comes first. @throws BadInputError when the broker has no room, or a stream of this name that is not ours */
export async function ensureWorkQueue(
  manager: JetStreamManager,
  queue: WorkQueueStream,
): Promise<void> {
  const config = configOf(queue);
  const { stream } = queue;
  try {
    // Asks first: to a server of 2.9, adding a stream that exists needs its space a second time.
    await manager.streams.info(stream);
  } catch (error) {
    if (jetStreamCodeOf(error) !== jetStreamCode.streamNotFound) throw error;
    await explained(
      manager.streams.add(config),
      (reason) =>
        `NATS refused the stream ${stream}: ${reason}; give JetStream at least ${queue.largestBytes} bytes of file storage`,
    );
    return;
  }
  await explained(
    manager.streams.update(stream, config),
    (reason) =>
      `NATS has a stream ${stream} that is set up otherwise (${reason}); remove it, or use another server`,
  );
}

async function explained(work: Promise<unknown>, line: (reason: string) => string): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (jetStreamCodeOf(error) === undefined) throw error;
    throw new BadInputError(line((error as Error).message));
  }
}

function configOf({
  stream,
  subjects,
  largestBytes,
  oldestMs,
  onePerSubject,
}: WorkQueueStream): Partial<StreamConfig> {
  return {
    name: stream,
    subjects: [subjects],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_bytes: largestBytes,
    max_age: nanos(oldestMs),
    ...(onePerSubject ? { max_msgs_per_subject: 1, discard_new_per_subject: true } : {}),
  };
}
