import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamManager } from 'nats';
import { BadInputError } from '../../../common/bad_input';
import { systemClock } from '../../../platform/time/clock';
import type { JobResult } from '../../../common/job';
import { createLogger } from '../../../platform/logger';
import { createRandom } from '../../../common/random';
import { connectBus, type Bus } from '../../../platform/nats/bus';
import { startResultPublisher, type ResultPublisher } from '../../../agent/results/publisher';
import { openSpool } from '../../../agent/results/spool';
import { startTelemetryPublisher } from '../../../agent/results/telemetry';
import { decodeResult } from '../../../proto/codec/result';
import { decodeTelemetry } from '../../../proto/codec/telemetry';
import { resultStream, resultSubjects, telemetrySubjects } from '../../../proto/subjects';
import { aMeasurement, aResult } from '../../contract/ledger/ledger_samples';
import { startNatsServer, type NatsServer } from '../../servers/nats_server';

const logger = createLogger('test', 'silent');
let server: NatsServer;
let bus: Bus;
let manager: JetStreamManager;
let directory: string;
let publisher: ResultPublisher;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'farm-publisher-'));
  server = await startNatsServer();
  bus = await connectBus(server.url, 'test', logger);
  manager = await bus.connection.jetstreamManager();
  publisher = await start();
});
afterEach(async () => {
  await publisher.close();
  await bus.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const start = async (): Promise<ResultPublisher> =>
  startResultPublisher({
    bus,
    spool: await openSpool(directory, logger),
    clock: systemClock,
    random: createRandom(1),
    logger,
  });
const addStream = async (): Promise<unknown> =>
  manager.streams.add({ name: resultStream, subjects: [resultSubjects] });
const delivered = async (): Promise<void> => until(() => publisher.heldLeases().length === 0);
async function stored(): Promise<JobResult[]> {
  const { state } = await manager.streams.info(resultStream);
  const results: JobResult[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const decoded = decodeResult((await manager.streams.getMessage(resultStream, { seq })).data);
    if (decoded.ok) results.push(decoded.value);
  }
  return results;
}
const spooledFiles = (): string[] =>
  readdirSync(directory).filter((name) => name.endsWith('.json'));

describe('publishing results', () => {
  it('ends with the result in the broker and not on disk any more', async () => {
    await addStream();
    expect(await publisher.publish(aResult('a', 1))).toEqual({ ok: true, value: undefined });
    await delivered();
    expect(await stored()).toEqual([aResult('a', 1)]);
    expect(spooledFiles()).toEqual([]);
  });

  it('holds the lease, on disk too, as long as no stream takes the result', async () => {
    await publisher.publish(aResult('a', 1));
    expect(publisher.heldLeases()).toEqual([aResult('a', 1).lease]);
    expect(spooledFiles()).toHaveLength(1);
    await addStream();
    await delivered();
    expect(await stored()).toHaveLength(1);
  });

  it('goes on after a restart with what an earlier run left', async () => {
    await publisher.publish(aResult('a', 1));
    await publisher.publish(aResult('b', 2));
    await publisher.close();
    publisher = await start();
    expect(publisher.heldLeases().map(({ jobId }) => jobId)).toEqual(['a', 'b']);
    await addStream();
    await delivered();
    expect((await stored()).map(({ lease }) => lease.jobId).sort()).toEqual(['a', 'b']);
  });

  it('is stored once by the broker, however often the same result is published', async () => {
    await addStream();
    await Promise.all([publisher.publish(aResult('a', 1)), publisher.publish(aResult('a', 1))]);
    await delivered();
    await publisher.publish(aResult('a', 1));
    await delivered();
    expect(await stored()).toHaveLength(1);
  });

  it('survives a broker that is killed under it', async () => {
    await addStream();
    const epochs = Array.from({ length: 60 }, (_, index) => index + 1);
    for (const epoch of epochs) {
      await publisher.publish(aResult('a', epoch));
      if (epoch === 25) await server.kill();
      if (epoch === 45) await server.restart();
    }
    await delivered();
    expect((await stored()).map(({ lease }) => lease.epoch).sort((a, b) => a - b)).toEqual(epochs);
  });

  it('sends a fault in place of a result that nobody could read', async () => {
    await addStream();
    await publisher.publish(
      aResult('a', 1, { kind: 'measured', measurement: { ...aMeasurement(1), latencyMs: NaN } }),
    );
    await delivered();
    expect((await stored())[0]?.outcome).toMatchObject({
      kind: 'farm-fault',
      code: 'unreadable-output',
      message: expect.stringContaining('latencyMs') as string,
    });
  });

  it('sends a fault in place of a result that the broker would not take, and keeps the file aside', async () => {
    await addStream();
    const samplesMs = Array.from({ length: 70_000 }, (_, index) => index / 7);
    const session = {
      timings: { kind: 'samples' as const, samplesMs },
      initMs: null,
      peakMemoryBytes: null,
    };
    await publisher.publish(
      aResult('a', 1, {
        kind: 'measured',
        measurement: { ...aMeasurement(1), sessions: [session] },
      }),
    );
    await delivered();
    expect((await stored())[0]?.outcome).toMatchObject({
      kind: 'farm-fault',
      code: 'unreadable-output',
      message: expect.stringContaining('max_payload') as string,
    });
    expect(readdirSync(path.join(directory, 'set-aside'))).toHaveLength(1);
  });
});

describe('publishing telemetry', () => {
  it('sends the last of each device', async () => {
    const received: [string, number][] = [];
    bus.connection.subscribe(telemetrySubjects, {
      callback: (_, message) => {
        const decoded = decodeTelemetry(message.data);
        if (decoded.ok) received.push([decoded.value.deviceSerial, decoded.value.atMs]);
      },
    });
    const telemetry = startTelemetryPublisher(bus, systemClock);
    const state = aMeasurement(1).conditions.before;
    for (const atMs of [1, 2, 3])
      for (const deviceSerial of ['p1', 'p2'])
        telemetry.publish({ agentId: 'a', deviceSerial, state, activity: 'idle', atMs });
    await telemetry.close();
    await until(() => received.length >= 2);
    expect(received).toEqual([
      ['p1', 3],
      ['p2', 3],
    ]);
  });
});

it('a missing server is a clear line for the user', async () => {
  await server.kill();
  const refused = await connectBus(server.url, 'test', logger).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BadInputError);
  expect((refused as Error).message).toBe(
    `no NATS server at 127.0.0.1:${String(server.port)} (CONNECTION_REFUSED); start one or use ./farm up`,
  );
});

/** Bounded by the test's own time limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
