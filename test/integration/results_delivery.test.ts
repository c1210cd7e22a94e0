import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { startResultPublisher, type ResultPublisher } from '../../agent/results/publisher';
import { openSpool } from '../../agent/results/spool';
import { systemClock } from '../../platform/time/clock';
import type { JobResult } from '../../common/job';
import { createLogger } from '../../platform/logger';
import { createRandom } from '../../common/random';
import type { Ledger } from '../../coordinator/ledger/ledger';
import { openLedger } from '../../coordinator/ledger/open_ledger';
import { connectBus, type Bus } from '../../platform/nats/bus';
import {
  createResultConsumer,
  type ResultConsumer,
} from '../../coordinator/results/result_consumer';
import { aJob, aMeasurement, aResult } from '../contract/ledger/ledger_samples';
import { spawnTypescript } from '../process/typescript_process';
import { decodeResult } from '../../proto/codec/result';
import { startNatsServer, type NatsServer } from '../servers/nats_server';
import { commitResults } from './commit_results';

/** Results on their whole way: an agent's spool, the broker, the coordinator's ledger. All parts are the real ones. */
describe('results from agent to ledger', () => {
  const logger = createLogger('test', 'silent');
  const jobIds = Array.from({ length: 200 }, (_, index) => `j${String(index)}`);
  let directory: string;
  let ledgerFile: string;
  let server: NatsServer;
  let agentBus: Bus;
  let publisher: ResultPublisher;
  let bus: Bus;
  let ledger: Ledger;
  let consumer: ResultConsumer | undefined;
  const failures: Error[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'farm-results-'));
    ledgerFile = path.join(directory, 'ledger.db');
    ledger = await openLedger(ledgerFile);
    for (const jobId of jobIds) await ledger.jobs.save(aJob(jobId));
    server = await startNatsServer();
    agentBus = await connectBus(server.url, 'agent', logger);
    bus = await connectBus(server.url, 'coordinator', logger);
    const spool = await openSpool(path.join(directory, 'spool'), logger);
    publisher = startResultPublisher({
      bus: agentBus,
      spool,
      clock: systemClock,
      random: createRandom(1),
      logger,
    });
  });
  afterEach(async () => {
    await publisher.close();
    await consumer?.close();
    await agentBus.close();
    await bus.close();
    await ledger.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
    expect(failures).toEqual([]);
  });

  const resultOf = (jobId: string): JobResult =>
    aResult(jobId, 1, { kind: 'measured', measurement: aMeasurement(1 + Number(jobId.slice(1))) });
  const startConsumer = async (
    handle: (results: readonly JobResult[]) => Promise<void>,
  ): Promise<void> => {
    consumer = createResultConsumer({
      bus,
      decodeLarge: (bytes) => Promise.resolve(decodeResult(bytes)),
      handle,
      onFailure: (error) => failures.push(error),
      clock: systemClock,
      logger,
    });
    await consumer.start();
  };
  const expectEachCountedOnce = async (): Promise<void> => {
    const measured = await ledger.measurements.of(jobIds);
    expect([...measured.keys()].sort()).toEqual([...jobIds].sort());
    for (const jobId of jobIds)
      expect(measured.get(jobId)?.latencyMs).toBe(1 + Number(jobId.slice(1)));
    const ended = await ledger.jobs.find({ open: false });
    expect(ended.map(({ endedSequence }) => endedSequence)).toEqual(
      jobIds.map((_, index) => index + 1),
    );
  };
  const endedCount = async (): Promise<number> => (await ledger.jobs.find({ open: false })).length;

  it('all arrive and count once when the broker is killed in their midst and comes back', async () => {
    await startConsumer((results) => commitResults(ledger, results));
    for (const [index, jobId] of jobIds.entries()) {
      await publisher.publish(resultOf(jobId));
      if (index === 60) await server.kill();
      if (index === 90) await server.restart();
      if (index === 140) await server.restart();
    }
    while ((await endedCount()) < jobIds.length || publisher.heldLeases().length > 0)
      await sleep(20);
    await expectEachCountedOnce();
    expect(
      readdirSync(path.join(directory, 'spool')).filter((name) => name.endsWith('.json')),
    ).toEqual([]);
  });

  it('count once when the coordinator dies between commit and acknowledgement', async () => {
    await startConsumer(() => Promise.resolve());
    await consumer?.close();
    for (const jobId of jobIds) await publisher.publish(resultOf(jobId));
    while (publisher.heldLeases().length > 0) await sleep(5);
    await ledger.close();

    const child = spawnTypescript(
      path.join(__dirname, 'handling_process.ts'),
      server.url,
      ledgerFile,
    );
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    const committedUnacknowledged = output.trim().split(' ');
    expect(committedUnacknowledged.length).toBeGreaterThan(1);

    ledger = await openLedger(ledgerFile);
    expect(await endedCount()).toBeLessThan(jobIds.length);
    const redelivered: string[] = [];
    await startConsumer(async (results) => {
      redelivered.push(...results.map(({ lease }) => lease.jobId));
      await commitResults(ledger, results);
    });
    expect(redelivered).toEqual(expect.arrayContaining(committedUnacknowledged));
    await expectEachCountedOnce();
  });
});
