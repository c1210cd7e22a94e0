import { setMaxListeners } from 'node:events';
import type { Clock } from '../../platform/time/clock';
import { retry } from '../../platform/time/retry';
import { farmFault, type FarmFault } from '../../common/fault';
import type { JobResult, Lease } from '../../common/job';
import type { Logger } from '../../platform/logger';
import type { Random } from '../../common/random';
import { fail, ok, type Result } from '../../common/result';
import { decodeResult, encodeResult } from '../../proto/codec/result';
import { resultSubject } from '../../proto/subjects';
import type { Bus } from '../../platform/nats/bus';
import type { Spool, SpooledResult } from './spool';

/** Enough to fill the time that one acknowledgement takes; more would only move the queue from disk into the connection. */
const mostInFlight = 64;
/** The broker acknowledges in about a millisecond. After this, what it lost when it was killed is sent again; if it did not lose it, it drops the copy by its id. */
const acknowledgementDeadlineMs = 1_500;
const resending = {
  mostTries: Infinity,
  backoff: { firstDelayMs: 50, largestDelayMs: 2_000 },
} as const;
/** Room for subject and headers within the broker's payload limit. */
const overheadBytes = 1_024;

interface ResultPublisherParts {
  readonly bus: Bus;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Brings results to the broker, however often either side is restarted. */
export interface ResultPublisher {
  /** Resolves once the result is on this machine's disk. A full disk is a fault: the lease is not held then, and the job comes again. */
  publish(result: JobResult): Promise<Result<void, FarmFault>>;
  /** The leases whose results the broker does not have yet. */
  heldLeases(): readonly Lease[];
  /** Resolves when nothing is sent any more; what the broker does not have stays on disk. */
  close(): Promise<void>;
}

/** Starts with what an earlier run left in the spool. */
export function startResultPublisher(parts: ResultPublisherParts): ResultPublisher {
  const held = new Map<string, HeldResult>();
  const waiting: SpooledResult[] = [];
  const sending = new Set<Promise<void>>();
  const closing = new AbortController();
  // Each result that waits to be sent again listens.
  setMaxListeners(mostInFlight, closing.signal);

  const pump = (): void => {
    while (!closing.signal.aborted && sending.size < mostInFlight) {
      const entry = waiting.shift();
      if (entry === undefined) return;
      const delivery = deliver(parts, entry, closing.signal).then((delivered) => {
        sending.delete(delivery);
        if (delivered) held.delete(messageId(entry.lease));
        pump();
      });
      sending.add(delivery);
    }
  };
  const keep = async (result: JobResult): Promise<Result<void, FarmFault>> => {
    const spooled = await parts.spool.add(readable(result, parts.logger));
    if (!spooled.ok) {
      held.delete(messageId(result.lease));
      return spooled;
    }
    waiting.push(spooled.value);
    pump();
    return ok(undefined);
  };

  for (const entry of parts.spool.list()) {
    held.set(messageId(entry.lease), { lease: entry.lease, kept: Promise.resolve(ok(undefined)) });
    waiting.push(entry);
  }
  pump();
  return {
    publish: (result) => {
      const id = messageId(result.lease);
      const known = held.get(id);
      if (known !== undefined) return known.kept;
      const kept = keep(result);
      held.set(id, { lease: result.lease, kept });
      return kept;
    },
    heldLeases: () => [...held.values()].map(({ lease }) => lease),
    close: async () => {
      closing.abort();
      await Promise.all(sending);
    },
  };
}

interface HeldResult {
  readonly lease: Lease;
  readonly kept: Promise<Result<void, FarmFault>>;
}

/** Sends until the broker has it, then unspools. False when closed before. */
async function deliver(
  parts: ResultPublisherParts,
  entry: SpooledResult,
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, random } = parts;
  const delivered = await retry(
    { ...resending, uniform: random.next, clock, signal },
    async (triesBefore) =>
      (await trySend(parts, entry, triesBefore)) ? ok(undefined) : fail(undefined),
  );
  return delivered.ok;
}

async function trySend(
  parts: ResultPublisherParts,
  entry: SpooledResult,
  attempt: number,
): Promise<boolean> {
  // Never into a lost connection: the client would keep every copy in memory until it is back.
  if (!parts.bus.isConnected()) return false;
  try {
    const bytes = await parts.spool.read(entry);
    if (bytes === undefined) return true;
    const largestBytes = (parts.bus.connection.info?.max_payload ?? Infinity) - overheadBytes;
    const isTooLarge = bytes.byteLength > largestBytes;
    const payload = isTooLarge ? tooLarge(bytes, entry, largestBytes) : bytes;
    await parts.bus.connection
      .jetstream()
      .publish(resultSubject(entry.agentId, entry.lease.deviceSerial), payload, {
        msgID: messageId(entry.lease),
        timeout: acknowledgementDeadlineMs,
      });
    if (isTooLarge) await parts.spool.setAside(entry, `larger than the broker's max_payload`);
    else await parts.spool.remove(entry);
    return true;
  } catch (error) {
    // Said once for each result: an outage of hours would fill the log.
    const level = attempt === 0 ? 'warn' : 'debug';
    parts.logger[level](
      { lease: entry.lease, reason: (error as Error).message },
      'the broker did not take a result; it stays on disk and is sent again',
    );
    return false;
  }
}

function messageId(lease: Lease): string {
  return `${lease.jobId}:${String(lease.epoch)}`;
}

/** A result that the coordinator would refuse to read is never sent: the job would wait for its lease to expire, and nobody would know why. */
function readable(result: JobResult, logger: Logger): JobResult {
  const decoded = decodeResult(encodeResult(result));
  if (decoded.ok) return result;
  logger.error(
    { lease: result.lease, reason: decoded.error },
    'the result breaks the contract; a fault is sent in its place',
  );
  return {
    ...result,
    outcome: farmFault('unreadable-output', `the result breaks the contract: ${decoded.error}`),
  };
}

function tooLarge(bytes: Uint8Array, entry: SpooledResult, largestBytes: number): Uint8Array {
  const decoded = decodeResult(bytes);
  const message = `the result has ${String(bytes.byteLength)} bytes and the broker takes ${String(largestBytes)}; raise max_payload in its configuration, or plan fewer runs (file ${entry.fileName})`;
  return decoded.ok
    ? encodeResult({ ...decoded.value, outcome: farmFault('unreadable-output', message) })
    : bytes;
}
