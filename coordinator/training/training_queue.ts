import { AckPolicy, DeliverPolicy, nanos, type Consumer, type JsMsg } from 'nats';
import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';
import type { Bus } from '../../platform/nats/bus';
import { jetStreamCodeOf, requireJetStream } from '../../platform/nats/jetstream';
import { ensureWorkQueue } from '../../platform/nats/work_queue';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import { taskId } from '../../proto/codec/training/content_digest';
import { decodeTrainingReport } from '../../proto/codec/training/training_end';
import { encodeTrainingTask } from '../../proto/codec/training/training_task';
import { trainedConsumer, trainedStream, trainSubject } from '../../proto/subjects';
import { trainedQueue, trainQueue } from '../../proto/training_queues';
import type { TrainingTaskRecords } from '../ledger/training_task_records';

/** Enough for all workers; the rest of a library waits in memory, not in the broker. */
const mostOutstanding = 256;
const mostPerFetch = 64;
const fetchExpiryMs = 1_000;
/** After it, outstanding tasks are offered again: the broker refuses those that it has, and takes those that it lost. */
const offerIntervalMs = 10_000;
const failurePauseMs = 250;
const acknowledgementWaitMs = 10_000;
/** The subject has a message: https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const subjectIsTaken = 10077;

interface QueueParts {
  readonly bus: Bus;
  readonly tasks: TrainingTaskRecords;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** What the ledger cannot keep ends the program: an end that is not kept must not be acknowledged. */
  readonly onFailure: (error: Error) => void;
}

interface AwaitedTask {
  readonly task: TrainingTask;
  /** The ledger knows no end of it. */
  isOpen: boolean;
  readonly heard: Set<(end: TrainingEnd) => void>;
}

/** Brings tasks to workers, and what became of them to the ledger: an end is acknowledged after its commit. */
export class TrainingQueue {
  readonly #waiting = new Map<string, AwaitedTask>();
  readonly #offered = new Set<string>();
  readonly #closing = new AbortController();
  #consuming: Promise<void> = Promise.resolve();
  #offeredAtMs = 0;
  #unreadable = 0;
  #failed = false;

  constructor(private readonly parts: QueueParts) {}

  /** Begins to hear of ends. @throws BadInputError when the broker cannot have the queues */
  async start(): Promise<void> {
    const consumer = await this.#openConsumer();
    this.#consuming = this.#consume(consumer);
  }

  /** Reports that could not be read; each is logged and dropped. */
  unreadableCount(): number {
    return this.#unreadable;
  }

  /**
   * In the order of the tasks. Rejects when `signal` aborts; what was asked for may still be done, and is kept. `onEnd` hears of each task as it ends; `isKept`: it
   * had ended before.
   */
  async perform(
    tasks: readonly TrainingTask[],
    signal: AbortSignal,
    onEnd: (end: TrainingEnd, isKept: boolean) => void = () => undefined,
  ): Promise<readonly TrainingEnd[]> {
    const identified = tasks.map((task) => ({ taskId: taskId(task), task }));
    await this.parts.tasks.queue(identified, this.parts.clock.nowMs());
    signal.throwIfAborted();
    // Before the ledger is read, so that no end falls between.
    const coming = new Map(identified.map((each) => [each.taskId, this.#await(each, signal)]));
    const known = await this.parts.tasks.ends([...coming.keys()]);
    for (const [id, end] of known) this.#tell(id, end);
    for (const id of coming.keys()) this.#open(id);
    return Promise.all(
      identified.map(async ({ taskId: id }) => {
        const end = await (coming.get(id) as Promise<TrainingEnd>);
        onEnd(end, known.has(id));
        return end;
      }),
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#consuming;
  }

  #await(
    { taskId: id, task }: { readonly taskId: string; readonly task: TrainingTask },
    signal: AbortSignal,
  ): Promise<TrainingEnd> {
    const waiting = this.#waiting.get(id) ?? { task, isOpen: false, heard: new Set() };
    this.#waiting.set(id, waiting);
    const coming = new Promise<TrainingEnd>((resolve, reject) => {
      const stop = (): void => {
        waiting.heard.delete(hear);
        if (waiting.heard.size === 0) this.#forget(id);
        reject(signal.reason as Error);
      };
      const hear = (end: TrainingEnd): void => {
        signal.removeEventListener('abort', stop);
        resolve(end);
      };
      waiting.heard.add(hear);
      signal.addEventListener('abort', stop, { once: true });
    });
    coming.catch(() => undefined);
    return coming;
  }

  #tell(id: string, end: TrainingEnd): void {
    const heard = this.#waiting.get(id)?.heard ?? [];
    this.#forget(id);
    for (const hear of heard) hear(end);
  }

  #open(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) waiting.isOpen = true;
  }

  #forget(id: string): void {
    this.#waiting.delete(id);
    this.#offered.delete(id);
  }

  async #consume(first: Consumer): Promise<void> {
    let consumer = first;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#offer(consumer);
        const messages = await consumer.fetch({
          max_messages: mostPerFetch,
          expires: fetchExpiryMs,
        });
        for await (const message of messages) await this.#handle(message);
      } catch (error) {
        this.parts.logger.warn({ reason: (error as Error).message }, 'training waits for NATS');
        await this.parts.clock.sleep(failurePauseMs, this.#closing.signal);
        consumer = await this.#openConsumer().catch(() => consumer);
      }
    }
  }

  async #offer(consumer: Consumer): Promise<void> {
    const nowMs = this.parts.clock.nowMs();
    if (nowMs - this.#offeredAtMs > offerIntervalMs) {
      // A task whose end is on its way would be done again.
      if ((await consumer.info()).num_pending > 0) return;
      this.#offered.clear();
      this.#offeredAtMs = nowMs;
    }
    for (const [id, { task, isOpen }] of this.#waiting) {
      if (this.#offered.size >= mostOutstanding) return;
      if (!isOpen || this.#offered.has(id)) continue;
      await this.#publish(id, task);
      if (this.#waiting.has(id)) this.#offered.add(id);
    }
  }

  async #publish(id: string, task: TrainingTask): Promise<void> {
    if (!this.parts.bus.isConnected()) throw new Error('the broker is away');
    try {
      const { connection } = this.parts.bus;
      await connection
        .jetstream()
        .publish(trainSubject(task.kind, id), encodeTrainingTask(task), { timeout: 1_500 });
    } catch (error) {
      if (jetStreamCodeOf(error) !== subjectIsTaken) throw error;
    }
  }

  async #handle(message: JsMsg): Promise<void> {
    const report = decodeTrainingReport(message.data);
    if (!report.ok) {
      this.#unreadable += 1;
      this.parts.logger.error({ reason: report.error }, 'unreadable end of a task dropped');
      message.term();
      return;
    }
    const { taskId: id, end } = report.value;
    const kept = await this.#keep(id, end);
    if (this.#failed) return;
    message.ack();
    if (kept !== undefined) this.#tell(id, kept);
  }

  async #keep(id: string, end: TrainingEnd): Promise<TrainingEnd | undefined> {
    try {
      await this.parts.tasks.end(id, end, this.parts.clock.nowMs());
      return (await this.parts.tasks.ends([id])).get(id);
    } catch (error) {
      this.#failed = true;
      this.#closing.abort();
      this.parts.onFailure(error as Error);
      return undefined;
    }
  }

  async #openConsumer(): Promise<Consumer> {
    const { bus } = this.parts;
    const manager = await requireJetStream(bus);
    await ensureWorkQueue(manager, trainQueue);
    await ensureWorkQueue(manager, trainedQueue);
    await manager.consumers.add(trainedStream, {
      durable_name: trainedConsumer,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(acknowledgementWaitMs),
      max_deliver: -1,
    });
    return bus.connection.jetstream().consumers.get(trainedStream, trainedConsumer);
  }
}
