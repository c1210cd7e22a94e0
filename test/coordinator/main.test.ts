import { Client } from '@grpc/grpc-js';
import { createConnection, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../../common/bad_input';
import { createNonceOf } from '../../coordinator/engine/lease_nonce';
import { openLedger } from '../../coordinator/ledger/open_ledger';
import { epochsPerIncarnation, tickIntervalMs } from '../../coordinator/schedule/state/limits';
import { decodeResult, encodeResult } from '../../proto/codec/result';
import { resultSubject } from '../../proto/subjects';
import { CoordinatorLab, labPlan, metric } from './coordinator_lab';
import { fleet } from './fleet_client';
import { insecure } from './grpc_fixture';
import {
  measuredResult,
  sampleFloatTarget,
  sampleJob,
  sampleMeasurement,
  samplePhone,
  sampleTarget,
} from './sample_fleet';
import { attachAgent } from './scripted_agent';

const sampleSpec = `
name: sample
space: nasbench201
targets: [${sampleTarget}]
budget: { measurements: 10 }
confirm: { rounds: 0 }
`;
const sampleArchitectures = [
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|',
  '|nor_conv_1x1~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|',
];

describe('coordinator', () => {
  let lab: CoordinatorLab;
  beforeEach(async () => {
    lab = await CoordinatorLab.open();
  });
  afterEach(() => lab.close());

  it('walks a job from the request to the ledger, and counts a repeated result once', async () => {
    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    const artifact = await lab.upload(coordinator.address);
    const run = lab.bench(coordinator.address, artifact);
    const { job, lease } = await agent.next('run-job');
    expect(job).toMatchObject({ artifact, plan: labPlan });
    const result = measuredResult(lease, 'shelf', artifact.digest);
    await lab.publish(result);
    await lab.publish(result);
    expect(await run.ended).toBe('OK');
    expect(run.updates.map(({ state, deviceSerial }) => [state, deviceSerial])).toEqual([
      ['queued', null],
      ['leased', 'phone'],
      ['measured', 'phone'],
    ]);
    const last = run.updates.at(-1);
    expect(decodeResult(Buffer.from(last?.resultJson ?? ''))).toEqual({ ok: true, value: result });
    expect(await metric(coordinator, 'farm_results_total{outcome="measured"}')).toBe(
      'farm_results_total{outcome="measured"} 1',
    );
    agent.die();
    await coordinator.stop();
    const ledger = await openLedger(path.join(lab.dataDir, 'ledger.sqlite'));
    expect(await ledger.jobs.find({ open: false })).toMatchObject([
      { state: { kind: 'measured', deviceSerial: 'phone', epoch: lease.epoch } },
    ]);
    expect((await ledger.measurements.of([job.jobId])).size).toBe(1);
    await ledger.close();
    // Who looks after a restart sees what the device did before it.
    expect(await fleet((await lab.start()).address).jobsMeasured()).toEqual([['phone', 1]]);
  });

  it('counts no forged result: another agent or device, a guessed nonce, a subject that is not its own', async () => {
    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone'), { ...samplePhone('other'), offers: [] }]);
    await agent.next('welcome');
    const artifact = await lab.upload(coordinator.address);
    const run = lab.bench(coordinator.address, artifact);
    const { lease } = await agent.next('run-job');
    const real = measuredResult(lease, 'shelf', artifact.digest);
    const forged = measuredResult(
      lease,
      'shelf',
      artifact.digest,
      sampleMeasurement('phone', 0.001),
    );
    await lab.publish({ ...forged, lease: { ...lease, nonce: 'guessed' } });
    await lab.publish({ ...forged, agentId: 'stranger' });
    await lab.publish({ ...forged, lease: { ...lease, deviceSerial: 'other' } });
    await lab.publisher
      .jetstream()
      .publish(resultSubject('stranger', 'phone'), encodeResult(forged));
    await lab.publish(real);
    expect(await run.ended).toBe('OK');
    expect(decodeResult(Buffer.from(run.updates.at(-1)?.resultJson ?? ''))).toEqual({
      ok: true,
      value: real,
    });
    expect(await metric(coordinator, 'farm_results_refused_total{cause="forged"}')).toBe(
      'farm_results_refused_total{cause="forged"} 3',
    );
    expect(await metric(coordinator, 'farm_results_unreadable')).toBe('farm_results_unreadable 1');
    agent.die();
  });

  it.each([
    ['ahead', 24 * 3_600_000],
    ['back', -24 * 3_600_000],
  ])('keeps its phones and their leases when the time is set a day %s', async (_, jumpMs) => {
    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    const artifact = await lab.upload(coordinator.address);
    const run = lab.bench(coordinator.address, artifact);
    const { lease } = await agent.next('run-job');
    const { now } = Date;
    const jumped = jest.spyOn(Date, 'now').mockImplementation(() => now() + jumpMs);
    try {
      // Two ticks: the first that comes after the jump, and the one that would act on it.
      await sleep(3 * tickIntervalMs);
      agent.say({ kind: 'heartbeat', heldLeases: [lease] });
      await lab.publish(measuredResult(lease, 'shelf', artifact.digest));
      expect(await run.ended).toBe('OK');
      expect(run.updates.at(-1)?.state).toBe('measured');
      expect(await fleet(coordinator.address).states()).toEqual([['phone', 'idle']]);
    } finally {
      jumped.mockRestore();
    }
    agent.die();
  });

  it('answers health checks and reflection, also after somebody sent garbage', async () => {
    const coordinator = await lab.start();
    const stranger = createConnection(coordinator.grpcPort, '127.0.0.1');
    stranger.on('error', () => undefined);
    await new Promise((resolve) =>
      stranger.write('GET / HTTP/1.1\r\n\r\n\0\xff'.repeat(100), resolve),
    );
    const client = new Client(coordinator.address, insecure());
    const bytes = (value: Buffer): Buffer => value;
    const health = await new Promise((resolve) =>
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        bytes,
        bytes,
        Buffer.alloc(0),
        (_, answer) => resolve(answer),
      ),
    );
    // Field 1, status, is 1: SERVING.
    expect(health).toEqual(Buffer.from([0x08, 0x01]));
    const reflection = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      bytes,
      bytes,
    );
    const listed = new Promise<Buffer>((resolve) => reflection.once('data', resolve));
    // Field 7, list_services: "*".
    reflection.write(Buffer.from([0x3a, 0x01, 0x2a]));
    expect((await listed).toString('latin1')).toContain('farm.v1.AgentService');
    reflection.cancel();
    reflection.on('error', () => undefined);
    client.close();
    stranger.destroy();
  });

  it('ends the jobs of a benchmark whose client has left', async () => {
    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    const run = lab.bench(coordinator.address, await lab.upload(coordinator.address));
    const { lease } = await agent.next('run-job');
    run.cancel();
    expect((await agent.next('stop-job')).lease).toEqual(lease);
    agent.die();
    await coordinator.stop();
    const ledger = await openLedger(path.join(lab.dataDir, 'ledger.sqlite'));
    expect(await ledger.jobs.find({ open: true })).toEqual([]);
    await ledger.close();
  });

  it('refuses a target that nobody offers, and names those that are', async () => {
    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    const artifact = await lab.upload(coordinator.address);
    expect(await lab.bench(coordinator.address, artifact, ['sm9999/tflite/npu/int8']).ended).toBe(
      `INVALID_ARGUMENT: target "sm9999/tflite/npu/int8": no device of the fleet offers it; expected one of ${sampleFloatTarget}, ${sampleTarget}`,
    );
    expect(await lab.bench(coordinator.address, artifact, ['nonsense']).ended).toMatch(
      /^INVALID_ARGUMENT: target "nonsense": it needs four parts/,
    );
    expect(
      await lab.bench(coordinator.address, { ...artifact, digest: 'f'.repeat(64) }).ended,
    ).toMatch(/^NOT_FOUND: artifact ffff/);
    agent.die();
  });

  it('takes up after a restart what was measured meanwhile, and what is still open', async () => {
    // The first run makes the stream. Then what a killed coordinator leaves: a running search with two open jobs, one of them measured by now.
    await (await lab.start()).stop();
    const ledger = await openLedger(path.join(lab.dataDir, 'ledger.sqlite'));
    const epoch = (await ledger.incarnations.begin()) * epochsPerIncarnation + 1;
    const secret = await ledger.incarnations.leaseSecret('not taken: there is one');
    await ledger.searches.save({
      searchId: 'search',
      name: 'sample',
      state: 'paused',
      specYaml: sampleSpec,
      createdAtMs: 1,
      wall: { ranMs: 0, runningSinceMs: null },
    });
    for (const [sequence, jobId] of ['measured-meanwhile', 'still-open'].entries()) {
      const job = sampleJob(jobId, sequence === 0 ? undefined : 'cd'.repeat(32));
      const record = {
        job,
        ownerId: 'search',
        priority: 0,
        weight: 1,
        state: { kind: 'open' },
        endedSequence: null,
      } as const;
      await ledger.candidates.save(
        {
          searchId: 'search',
          target: sampleTarget,
          sequence,
          architecture: sampleArchitectures[sequence]!,
          jobId,
        },
        record,
      );
    }
    await ledger.close();
    const claim = { jobId: 'measured-meanwhile', deviceSerial: 'phone', epoch };
    const late = measuredResult(
      { ...claim, nonce: createNonceOf(secret)({ ...claim, agentId: 'shelf' }) },
      'shelf',
    );
    await lab.publish(late);
    await lab.publish(late);

    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    expect(await metric(coordinator, 'farm_results_total{outcome="measured"}')).toBe(
      'farm_results_total{outcome="measured"} 1',
    );
    await coordinator.stop();
    const after = await openLedger(path.join(lab.dataDir, 'ledger.sqlite'));
    expect(
      (await after.jobs.find({ ownerId: 'search' })).map(({ job, state }) => [
        job.jobId,
        state.kind,
      ]),
    ).toEqual([
      ['measured-meanwhile', 'measured'],
      ['still-open', 'open'],
    ]);
    expect((await after.measurements.of(['measured-meanwhile'])).size).toBe(1);
    await after.close();
    agent.die();
  });

  it('refuses what the operator must mend, and leaves nothing running', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = (taken.address() as { port: number }).port;
    const busy = { host: '127.0.0.1', port };
    await expect(lab.start({ grpc: busy })).rejects.toThrow(
      `grpc.port: port ${String(port)} on 127.0.0.1 is in use`,
    );
    await expect(lab.start({ http: busy })).rejects.toThrow(
      `http.port: port ${String(port)} on 127.0.0.1 is in use`,
    );
    await expect(lab.start({ grpc: { host: '0.0.0.0', port: 0 } })).rejects.toThrow(
      /--insecure-listen/,
    );
    await new Promise((resolve) => taken.close(resolve));
    await expect(lab.start({ nats: `nats://127.0.0.1:${String(port)}` })).rejects.toThrow(
      BadInputError,
    );
    await expect(lab.start({ dataDir: '/dev/null/data' })).rejects.toThrow(
      /^dataDir: \/dev\/null\/data cannot be created/,
    );
    await lab.start();
  });
});
