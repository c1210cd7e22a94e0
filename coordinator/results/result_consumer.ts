import { setImmediate as nextTurn } from 'node:timers/promises';
import { Events, type ConsumerMessages, type JsMsg } from 'nats';
import type { Clock } from '../../platform/time/clock';
import { withDeadline } from '../../platform/time/deadline';
import { retry } from '../../platform/time/retry';
import { repeat } from '../../platform/time/ticker';
import type { JobResult } from '../../common/job';
import type { Logger } from '../../platform/logger';
import { fail, ok, type Result } from '../../common/result';
import { decodeResult } from '../../proto/codec/result';
import { resultSubject } from '../../proto/subjects';
import type { Bus } from '../../platform/nats/bus';
import { MessageBatches } from './message_batches';
import { openResultStream, whatIsGone } from './result_stream';

/** Asked for ahead, so that the broker's round trip is never waited for. */
const mostRequested = 512;
/** A pull request's life. It bounds how long a request that a restarted broker has forgotten goes unnoticed. */
const pullExpiryMs = 5_000;
/** A broker that has just come up needs a moment for its streams. */
const resumption = {
  mostTries: Infinity,
  backoff: { firstDelayMs: 200, largestDelayMs: 200 },
} as const;
/** A stream or consumer that somebody deleted is noticed within this time; asking costs the broker nothing. */
const lookIntervalMs = 1_000;
/** Some 200,000 results at the ledger's slowest; beyond this something is stuck. */
const backlogDeadlineMs = 300_000;
/** Twice what the default plan gives; parsed and validated in a millisecond, at worst in ten. */
const largestReadHereBytes = 64 * 1024;
/** After as many bytes were read here, others get a turn: a batch of hostile ones would take half a second. */
const mostReadPerTurnBytes = 64 * 1024;
/** Of a message that cannot be read, as much goes to the log. */
const longestExcerpt = 300;

interface ResultConsumerParts {
  readonly bus: Bus;
  /** As `decodeResult`, off the event loop: some megabytes of JSON take it a second, whoever sent them. */
  readonly decodeLarge: (bytes: Uint8Array) => Promise<Result<JobResult, string>>;
  /** Resolves when the results are durable; they are acknowledged then. Called with one batch at a time. */
  readonly handle: (results: readonly JobResult[]) => Promise<void>;
  /** `handle` rejected or the broker ended the consumer. Nothing more is consumed, and the program must end. */
  readonly onFailure: (error: Error) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Brings results from the broker to the ledger: at least once each, and acknowledged only after `handle`. */
export interface ResultConsumer {
  /** Resolves after the results that waited at the start have been handled. @throws BadInputError when the broker cannot do it. */
  start(): Promise<void>;
  /** False while the stream or its consumer is gone from the broker: both are being made anew. */
  isWhole(): boolean;
  /** Messages that could not be read; each is logged and not delivered again. */
  undecodableCount(): number;
  /** Resolves after the batch at work; what is not acknowledged is delivered to the next start. */
  close(): Promise<void>;
}

/** Consumes nothing before `start`. */
export function createResultConsumer(parts: ResultConsumerParts): ResultConsumer {
  return new JetStreamResultConsumer(parts);
}

class JetStreamResultConsumer implements ResultConsumer {
  private readonly batches: MessageBatches;
  private readonly closing = new AbortController();
  private messages: ConsumerMessages | undefined;
  private undecodable = 0;
  private caughtUp: CaughtUp | undefined;
  private whole = true;
  /** One consumer at a time: whoever wants another waits for the last. */
  private renewing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ResultConsumerParts) {
    this.batches = new MessageBatches(
      (batch) => this.handleBatch(batch),
      (error) => this.fail(error),
    );
  }

  async start(): Promise<void> {
    const handled = new Promise<void>((resolve, reject) => {
      this.caughtUp = { lastSequence: 0, resolve, reject };
    });
    await this.consume();
    void this.resumeAfterReconnects();
    const { clock } = this.parts;
    const { signal } = this.closing;
    void repeat({ clock, intervalMs: lookIntervalMs, signal }, () => this.lookAfterStream());
    const settled = await withDeadline(handled, backlogDeadlineMs, 'results that waited');
    if (!settled.ok)
      throw new Error(
        `the results that waited in the broker were not handled within ${String(backlogDeadlineMs)} ms`,
      );
  }

  isWhole(): boolean {
    return this.whole;
  }

  undecodableCount(): number {
    return this.undecodable;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.messages?.close();
    await this.batches.close();
  }

  private async consume(): Promise<void> {
    const { consumer, backlog } = await openResultStream(this.parts.bus);
    if (this.closing.signal.aborted) return;
    if (backlog.count === 0) this.caughtUp?.resolve();
    else if (this.caughtUp?.lastSequence === 0) this.caughtUp.lastSequence = backlog.lastSequence;
    this.messages = await consumer.consume({
      max_messages: mostRequested,
      expires: pullExpiryMs,
      callback: (message) => this.batches.add(message),
    });
  }

  /** Deleting them is as easy as a wrong word on the broker's command line; what was in them is measured again (ARCHITECTURE.md, failure model). */
  private async lookAfterStream(): Promise<void> {
    const { bus, logger } = this.parts;
    if (!bus.isConnected()) return;
    const gone = await whatIsGone(bus).catch(() => undefined);
    if (gone === undefined) return;
    this.whole = false;
    logger.error(
      { gone },
      'deleted on the broker by somebody; it is made anew, and jobs whose results were in it are measured again',
    );
    await this.renew();
    this.whole = true;
  }

  /** What was on its way to us when the connection broke is due again at once, not only after the acknowledgement wait. */
  private async resumeAfterReconnects(): Promise<void> {
    for await (const { type } of this.parts.bus.connection.status()) {
      if (this.closing.signal.aborted) return;
      if (type !== Events.Reconnect) continue;
      await this.renew();
    }
  }

  private async renew(): Promise<void> {
    this.renewing = this.renewing.then(async () => {
      await this.messages?.close();
      this.batches.forget();
      await this.resume();
    });
    await this.renewing;
  }

  private async resume(): Promise<void> {
    const { clock, logger } = this.parts;
    await retry({ ...resumption, clock, signal: this.closing.signal }, async () => {
      try {
        await this.consume();
        return ok(undefined);
      } catch (error) {
        logger.warn(
          { reason: (error as Error).message },
          'the broker is back but not ready; trying again',
        );
        return fail(null);
      }
    });
  }

  private async handleBatch(batch: readonly JsMsg[]): Promise<void> {
    const readable: JsMsg[] = [];
    const results: JobResult[] = [];
    let readBytes = 0;
    for (const message of batch) {
      readBytes += message.data.byteLength;
      if (readBytes > mostReadPerTurnBytes) {
        await nextTurn();
        readBytes = message.data.byteLength;
      }
      const decoded =
        message.data.byteLength > largestReadHereBytes
          ? await this.parts.decodeLarge(message.data)
          : decodeResult(message.data);
      if (
        decoded.ok &&
        message.subject !== resultSubject(decoded.value.agentId, decoded.value.lease.deviceSerial)
      ) {
        this.refuse(
          message,
          `a result of agent ${decoded.value.agentId} for ${decoded.value.lease.deviceSerial} under another name`,
        );
      } else if (decoded.ok) {
        readable.push(message);
        results.push(decoded.value);
      } else {
        this.refuse(message, decoded.error);
      }
    }
    if (results.length > 0) await this.parts.handle(results);
    for (const message of readable) message.ack();
    this.lookWhetherCaughtUp(batch);
  }

  /** Messages come in order, so the last of the backlog comes after all others of it. */
  private lookWhetherCaughtUp(batch: readonly JsMsg[]): void {
    const { caughtUp } = this;
    if (
      caughtUp !== undefined &&
      batch.some(({ info }) => info.streamSequence >= caughtUp.lastSequence || info.pending === 0)
    )
      caughtUp.resolve();
  }

  private refuse(message: JsMsg, reason: string): void {
    this.undecodable += 1;
    const excerpt = Buffer.from(message.data.subarray(0, longestExcerpt)).toString('utf8');
    this.parts.logger.error(
      {
        subject: message.subject,
        sequence: message.seq,
        sizeBytes: message.data.byteLength,
        reason,
        excerpt,
      },
      'unreadable result dropped',
    );
    message.term();
  }

  private fail(error: Error): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    void this.messages?.close();
    this.caughtUp?.reject(error);
    this.parts.onFailure(error);
  }
}

interface CaughtUp {
  lastSequence: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}
