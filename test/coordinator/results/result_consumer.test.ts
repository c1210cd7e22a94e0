import type { NatsConnection } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../platform/time/clock';
import type { JobResult } from '../../../common/job';
import { createLogger } from '../../../platform/logger';
import { type Bus, connectBus } from '../../../platform/nats/bus';
import {
  createResultConsumer,
  type ResultConsumer,
} from '../../../coordinator/results/result_consumer';
import { decodeResult, encodeResult } from '../../../proto/codec/result';
import { resultConsumer, resultStream, resultSubject } from '../../../proto/subjects';
import { aMeasurement, aResult } from '../../contract/ledger/ledger_samples';
import { type NatsServer, startNatsServer } from '../../servers/nats_server';

const logger = createLogger('test', 'silent');
const large: number[] = [];
const decodeLarge = (bytes: Uint8Array): Promise<ReturnType<typeof decodeResult>> => {
  large.push(bytes.byteLength);
  return Promise.resolve(decodeResult(bytes));
};
let server: NatsServer;
let bus: Bus;
let sender: NatsConnection;
const consumers: ResultConsumer[] = [];
const failures: Error[] = [];

beforeEach(async () => {
  failures.length = 0;
  server = await startNatsServer();
  bus = await connectBus(server.url, 'coordinator', logger);
  sender = (await connectBus(server.url, 'agent', logger)).connection;
});
afterEach(async () => {
  for (const consumer of consumers.splice(0)) await consumer.close();
  await bus.close();
  await sender.close();
  await server.stop();
});

type Handle = (results: readonly JobResult[]) => Promise<void>;
const startConsumer = async (handle: Handle): Promise<ResultConsumer> => {
  const consumer = createResultConsumer({
    bus,
    decodeLarge,
    handle,
    onFailure: (error) => failures.push(error),
    clock: systemClock,
    logger,
  });
  consumers.push(consumer);
  await consumer.start();
  return consumer;
};
const publish = async (...epochs: number[]): Promise<void> => {
  await Promise.all(
    epochs.map((epoch) =>
      sender
        .jetstream()
        .publish(resultSubject('agent-1', 'p1'), encodeResult(aResult('a', epoch)), {
          timeout: 500,
        }),
    ),
  );
};
const publishBytes = async (bytes: Uint8Array): Promise<unknown> =>
  sender.jetstream().publish(resultSubject('agent-1', 'p1'), bytes);
const epochsOf = (results: readonly JobResult[]): number[] =>
  results.map(({ lease }) => lease.epoch);
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
/** Results that are in the stream, delivered or not: those that nobody has acknowledged. */
const inStream = async (): Promise<number> =>
  (await (await sender.jetstreamManager()).streams.info(resultStream)).state.messages;

const untilAllDelivered = async (): Promise<void> => {
  const manager = await sender.jetstreamManager();
  await untilAsync(
    async () => (await manager.consumers.info(resultStream, resultConsumer)).num_pending === 0,
  );
  await bus.connection.flush();
};

describe('consuming results', () => {
  it('brings each to the handler and takes it from the broker afterwards', async () => {
    const handled: number[] = [];
    await startConsumer((results) => Promise.resolve(void handled.push(...epochsOf(results))));
    await publish(1);
    await publish(2, 3);
    await until(() => handled.length === 3);
    expect(handled.sort()).toEqual([1, 2, 3]);
    await untilAsync(async () => (await inStream()) === 0);
  });

  it('acknowledges nothing while the handler works', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await startConsumer(() => gate);
    await publish(1);
    await sender.flush();
    expect(await inStream()).toBe(1);
    release();
    await untilAsync(async () => (await inStream()) === 0);
  });

  it('hands over what arrives during a batch as the next one, of 64 at most, one at a time', async () => {
    const sizes: number[] = [];
    let working = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await startConsumer(async (results) => {
      working += 1;
      expect(working).toBe(1);
      sizes.push(results.length);
      await gate;
      working -= 1;
    });
    await publish(1);
    await until(() => sizes.length === 1);
    await publish(...range(2, 201));
    await untilAllDelivered();
    release();
    await until(() => sizes.reduce((sum, size) => sum + size, 0) === 201);
    expect(sizes).toEqual([1, 64, 64, 64, 8]);
  });

  it('starts only after the results that waited have been handled', async () => {
    await (await startConsumer(() => Promise.resolve())).close();
    await publish(...range(1, 150));
    const handled: number[] = [];
    await startConsumer(async (results) => {
      await sleep(20);
      handled.push(...epochsOf(results));
    });
    expect(handled.length).toBe(150);
  });

  it('gives a new start at once what the last one had received but not handled', async () => {
    await startConsumer(() => new Promise(() => undefined));
    await publish(1, 2, 3);
    await sender.flush();
    const handled: number[] = [];
    await startConsumer((results) => Promise.resolve(void handled.push(...epochsOf(results))));
    expect(handled.sort()).toEqual([1, 2, 3]);
    consumers.shift();
  });

  it('stops, and acknowledges nothing, when the handler fails', async () => {
    failures.length = 0;
    const seen: number[] = [];
    await startConsumer((results) => {
      seen.push(...epochsOf(results));
      return Promise.reject(new Error('disk full'));
    });
    await publish(1);
    await until(() => failures.length > 0);
    await publish(2);
    await sender.flush();
    expect(failures.map(({ message }) => message)).toEqual(['disk full']);
    expect(seen).toEqual([1]);
    expect(await inStream()).toBe(2);
  });

  it('does not start when a result that waited cannot be handled', async () => {
    await (await startConsumer(() => Promise.resolve())).close();
    await publish(1);
    await expect(startConsumer(() => Promise.reject(new Error('disk full')))).rejects.toThrow(
      'disk full',
    );
    expect(await inStream()).toBe(1);
  });

  it('drops what it cannot read, counts it, and goes on', async () => {
    const handled: number[] = [];
    const consumer = await startConsumer((results) =>
      Promise.resolve(void handled.push(...epochsOf(results))),
    );
    await publishBytes(Buffer.from('no result'));
    await publish(1);
    await publishBytes(encodeResult({ ...aResult('a', 2), artifactDigest: 'x' }));
    // In the name of an agent, or for a device, that the subject does not bear.
    await publishBytes(encodeResult({ ...aResult('a', 3), agentId: 'agent-2' }));
    await publishBytes(
      encodeResult({ ...aResult('a', 4), lease: { ...aResult('a', 4).lease, deviceSerial: 'p2' } }),
    );
    await publish(5);
    await until(() => handled.length === 2);
    expect(handled).toEqual([1, 5]);
    expect(consumer.undecodableCount()).toBe(4);
    await untilAsync(async () => (await inStream()) === 0);
  });

  it('has what is large read elsewhere, and goes on in its order', async () => {
    const handled: number[] = [];
    await startConsumer((results) => Promise.resolve(void handled.push(...epochsOf(results))));
    const session = {
      timings: { kind: 'samples' as const, samplesMs: Array.from({ length: 20_000 }, () => 7.25) },
      initMs: 3,
      peakMemoryBytes: 1e6,
    };
    const big = encodeResult(
      aResult('a', 2, {
        kind: 'measured',
        measurement: { ...aMeasurement(7), sessions: [session] },
      }),
    );
    large.length = 0;
    await publish(1);
    await publishBytes(big);
    await publishBytes(Buffer.alloc(100_000, '['));
    await publish(3);
    await until(() => handled.includes(3));
    expect(large).toEqual([big.byteLength, 100_000]);
    expect(handled.filter((epoch) => epoch !== 2)).toEqual([1, 3]);
  });

  it('starts although only unreadable messages wait', async () => {
    await (await startConsumer(() => Promise.resolve())).close();
    await publishBytes(Buffer.from('no result'));
    const consumer = await startConsumer(() => Promise.resolve());
    expect(consumer.undecodableCount()).toBe(1);
  });

  it('goes on by itself when the broker was killed', async () => {
    const handled = new Set<number>();
    await startConsumer((results) => {
      for (const epoch of epochsOf(results)) handled.add(epoch);
      return Promise.resolve();
    });
    await publish(1);
    await until(() => handled.size === 1);
    await server.restart();
    await untilAsync(async () =>
      publish(2).then(
        () => true,
        () => false,
      ),
    );
    await until(() => handled.has(2));
  });

  it.each(['stream', 'consumer'])(
    'notices that somebody deleted its %s, makes it anew, and goes on',
    async (what) => {
      const handled: number[] = [];
      const consumer = await startConsumer((results) =>
        Promise.resolve(void handled.push(...epochsOf(results))),
      );
      await publish(1);
      await until(() => handled.length === 1);
      const manager = await sender.jetstreamManager();
      await (what === 'stream'
        ? manager.streams.delete(resultStream)
        : manager.consumers.delete(resultStream, resultConsumer));
      await untilAsync(async () =>
        manager.consumers.info(resultStream, resultConsumer).then(
          () => true,
          () => false,
        ),
      );
      await until(() => consumer.isWhole());
      await publish(2, 3);
      await until(() => handled.length === 3);
      expect(handled.sort()).toEqual([1, 2, 3]);
      await untilAsync(async () => (await inStream()) === 0);
      expect(failures).toEqual([]);
    },
  );

  it('is not whole for as long as its stream cannot be made anew', async () => {
    const handled: number[] = [];
    const consumer = await startConsumer((results) =>
      Promise.resolve(void handled.push(...epochsOf(results))),
    );
    expect(consumer.isWhole()).toBe(true);
    const manager = await sender.jetstreamManager();
    await manager.streams.delete(resultStream);
    await manager.streams.add({ name: 'THIEF', subjects: ['farm.v1.result.>'] });
    await until(() => !consumer.isWhole());
    await manager.streams.delete('THIEF');
    await until(() => consumer.isWhole());
    await publish(1);
    await until(() => handled.length === 1);
    expect(failures).toEqual([]);
  });
});

/** Both are bounded by the test's own time limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}
