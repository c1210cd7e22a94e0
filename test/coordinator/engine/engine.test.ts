import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../platform/time/clock';
import type { Job, JobResult, Lease } from '../../../common/job';
import { createEngine, type Engine } from '../../../coordinator/engine/engine';
import type { FarmObserver } from '../../../coordinator/engine/farm_observer';
import type { JobUpdate } from '../../../coordinator/engine/job_update';
import type { LedgerEntry } from '../../../coordinator/ledger/job_records';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { initialState } from '../../../coordinator/schedule/state/scheduler_state';
import type { CoordinatorMessage } from '../../../proto/codec/coordinator_message';
import { silentLogger } from '../grpc_fixture';
import {
  failedResult,
  measuredResult,
  sampleDigest,
  sampleJob,
  sampleMeasurement,
  sampleNonceOf,
  samplePhones,
} from '../sample_fleet';

const quiet: FarmObserver = {
  jobSubmitted: () => undefined,
  jobSent: () => undefined,
  attemptRecorded: () => undefined,
  jobEnded: () => undefined,
  resultDiscarded: () => undefined,
  resultImplausible: () => undefined,
  resultsHandled: () => undefined,
};
const owner = { ownerId: 'owner', priority: 0, weight: 1 };
const digests = [sampleDigest, 'cd'.repeat(32)];
const now = (): number => systemClock.nowMs();

interface Life {
  readonly engine: Engine;
  readonly sent: CoordinatorMessage[];
  readonly told: JobUpdate[];
  readonly failures: Error[];
  readonly discarded: string[];
}

describe('engine', () => {
  let directory: string;
  let ledger: Ledger;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'engine-'));
    ledger = await openLedger(path.join(directory, 'ledger.sqlite'));
  });
  afterEach(async () => {
    await ledger.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** A coordinator's life on the same ledger; `commit` may be made to fail. */
  const live = async (
    commit: Ledger['jobs']['commit'] = (entries) => ledger.jobs.commit(entries),
  ): Promise<Life> => {
    const life = {
      sent: [] as CoordinatorMessage[],
      told: [] as JobUpdate[],
      failures: [] as Error[],
      discarded: [] as string[],
    };
    const engine = createEngine({
      initialState: initialState({
        incarnation: await ledger.incarnations.begin(),
        nowMs: now(),
        nonceOf: sampleNonceOf,
      }),
      jobs: { commit },
      agents: { send: (_, message) => void life.sent.push(message), end: () => undefined },
      observer: { ...quiet, resultDiscarded: (cause) => void life.discarded.push(cause) },
      clock: systemClock,
      logger: silentLogger,
      onFailure: (error) => void life.failures.push(error),
    });
    engine.listen(owner.ownerId, (update) => void life.told.push(update));
    for (const { job } of await ledger.jobs.find({ open: true }))
      engine.dispatch({ kind: 'job-submitted', job, owner });
    return { engine, ...life };
  };
  const attach = async (
    { engine }: Life,
    devices: number,
    heldLeases: readonly Lease[] = [],
  ): Promise<void> => {
    engine.dispatch({
      kind: 'agent-attached',
      agentId: 'shelf',
      devices: samplePhones(devices),
      heldLeases,
    });
    await engine.settled();
  };
  const save = async (job: Job): Promise<void> =>
    ledger.jobs.save({ job, ...owner, state: { kind: 'open' }, endedSequence: null });
  const leases = (life: Life): Lease[] =>
    life.sent.flatMap((message) => (message.kind === 'run-job' ? [message.lease] : []));
  const states = async (): Promise<string[]> =>
    (await ledger.jobs.find({})).map(({ job, state }) => `${job.jobId} ${state.kind}`);

  it('has the measurement in the ledger before the owner hears of it', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 1);
    const [lease] = leases(life);
    await life.engine.handleResults([measuredResult(lease!, 'shelf')]);
    expect(life.told.map(({ kind }) => kind)).toEqual(['leased', 'measured']);
    expect(await states()).toEqual(['one measured']);
  });

  it('sends the freed device its next job in the same breath', async () => {
    for (const [index, jobId] of ['one', 'two'].entries())
      await save(sampleJob(jobId, digests[index]));
    const life = await live();
    await attach(life, 1);
    await life.engine.handleResults([measuredResult(leases(life)[0]!, 'shelf')]);
    expect(leases(life).map(({ jobId }) => jobId)).toEqual(['one', 'two']);
  });

  it('counts a result once, however often it comes', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 1);
    const result = measuredResult(leases(life)[0]!, 'shelf');
    await life.engine.handleResults([result, result]);
    await life.engine.handleResults([result]);
    expect(life.told.filter(({ kind }) => kind === 'measured')).toHaveLength(1);
    expect((await ledger.measurements.of(['one'])).size).toBe(1);
  });

  it('measures the same bytes under two names once, and tells both owners which job did', async () => {
    for (const jobId of ['one', 'two']) await save(sampleJob(jobId));
    const life = await live();
    await attach(life, 2);
    expect(leases(life).map(({ jobId }) => jobId)).toEqual(['one']);
    await life.engine.handleResults([measuredResult(leases(life)[0]!, 'shelf')]);
    expect(life.told.map((update) => [update.kind, update.jobId])).toEqual([
      ['leased', 'one'],
      ['measured', 'one'],
      ['reused', 'two'],
    ]);
    expect(life.told[2]).toMatchObject({
      fromJobId: 'one',
      attempt: { agentId: 'shelf' },
      measurement: { latencyMs: 4 },
    });
    expect((await ledger.jobs.find({})).map(({ state }) => state)).toMatchObject([
      { kind: 'measured' },
      { kind: 'reused', fromJobId: 'one' },
    ]);
    expect((await ledger.measurements.of(['two'])).get('two')?.latencyMs).toBe(4);
  });

  it('acknowledges, sends and tells nothing when the ledger fails; the next life counts the result that comes again', async () => {
    for (const [index, jobId] of ['one', 'two'].entries())
      await save(sampleJob(jobId, digests[index]));
    const first = await live(() => Promise.reject(new Error('disk full')));
    await attach(first, 1);
    const result = measuredResult(leases(first)[0]!, 'shelf');
    await expect(first.engine.handleResults([result])).rejects.toThrow('disk full');
    expect(first.failures.map(({ message }) => message)).toEqual(['disk full']);
    expect(leases(first)).toHaveLength(1);
    expect(first.told.map(({ kind }) => kind)).toEqual(['leased']);

    const second = await live();
    await second.engine.handleResults([result]);
    expect(await states()).toEqual(['one measured', 'two open']);
  });

  it('counts nothing twice when it was killed between the commit and everything after', async () => {
    await save(sampleJob('one'));
    const first = await live(async (entries: readonly LedgerEntry[]) => {
      await ledger.jobs.commit(entries);
      throw new Error('killed');
    });
    await attach(first, 1);
    const result = measuredResult(leases(first)[0]!, 'shelf');
    await expect(first.engine.handleResults([result])).rejects.toThrow('killed');

    const second = await live();
    await second.engine.handleResults([result]);
    await attach(second, 1);
    expect(second.sent).toEqual([]);
    expect(second.told).toEqual([]);
    expect(await states()).toEqual(['one measured']);
  });

  it('takes up in the next life a job that the agent still holds, instead of measuring it twice', async () => {
    await save(sampleJob('one'));
    const first = await live();
    await attach(first, 2);
    const [lease] = leases(first);
    const second = await live();
    await attach(second, 2, [lease!]);
    expect(leases(second)).toEqual([]);
    await second.engine.handleResults([measuredResult(lease!, 'shelf')]);
    expect(await states()).toEqual(['one measured']);
  });

  it('tells the owner of an attempt that failed, and of its next', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 2);
    const fault = { kind: 'farm-fault', code: 'disconnected', message: 'unplugged' } as const;
    await life.engine.handleResults([failedResult(leases(life)[0]!, 'shelf', fault)]);
    expect(life.told.map(({ kind }) => kind)).toEqual(['leased', 'attempt-failed', 'leased']);
    expect(leases(life)[1]?.deviceSerial).not.toBe(leases(life)[0]?.deviceSerial);
  });

  it('takes a number for other bytes than the job asked for as a fault of the farm', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 2);
    await life.engine.handleResults([measuredResult(leases(life)[0]!, 'shelf', 'cd'.repeat(32))]);
    expect(life.told.map(({ kind }) => kind)).toEqual(['leased', 'attempt-failed', 'leased']);
    expect((await ledger.measurements.of(['one'])).size).toBe(0);
  });

  it('counts nothing from who does not hold the lease, and the real result after it', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 1);
    const real = measuredResult(leases(life)[0]!, 'shelf');
    await life.engine.handleResults([
      { ...real, lease: { ...real.lease, nonce: 'guessed' } },
      { ...real, agentId: 'stranger' },
    ]);
    expect(await states()).toEqual(['one open']);
    expect(life.discarded).toEqual(['forged', 'forged']);
    await life.engine.handleResults([real]);
    expect(await states()).toEqual(['one measured']);
  });

  it('takes what cannot have happened as a fault of the farm', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 2);
    await life.engine.handleResults([
      measuredResult(leases(life)[0]!, 'shelf', sampleDigest, {
        ...sampleMeasurement('phone-0'),
        finishedAtMs: 0,
      }),
    ]);
    expect(life.told[1]).toMatchObject({
      kind: 'attempt-failed',
      fault: {
        kind: 'farm-fault',
        message: 'refused a measurement that cannot have happened: it ended before it began',
      },
    });
    expect((await ledger.measurements.of(['one'])).size).toBe(0);
  });

  it('computes the summary from the samples, whatever the agent says it is', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 1);
    const honest = sampleMeasurement('phone-0', 4);
    const boast = {
      ...honest,
      latencyMs: 0.001,
      betweenSessionsCv: null,
      summary: { ...honest.summary, p50Ms: 0.001 },
      sessionSummaries: [],
    };
    await life.engine.handleResults([
      measuredResult(leases(life)[0]!, 'shelf', sampleDigest, boast),
    ]);
    const kept = (await ledger.measurements.of(['one'])).get('one');
    expect(kept).toMatchObject({
      latencyMs: 4,
      betweenSessionsCv: 0,
      summary: { n: 3, p50Ms: 4 },
      sessionSummaries: [{ p50Ms: 4 }, { p50Ms: 4 }, { p50Ms: 4 }],
    });
  });

  it('closes in the ledger the jobs of an owner that has left, and forgets late results', async () => {
    await save(sampleJob('one'));
    const life = await live();
    await attach(life, 1);
    const late: JobResult = measuredResult(leases(life)[0]!, 'shelf');
    life.engine.dispatch({ kind: 'owner-ended', ownerId: owner.ownerId });
    await life.engine.handleResults([late]);
    expect(await states()).toEqual(['one abandoned']);
    expect(life.sent.map(({ kind }) => kind)).toEqual(['run-job', 'stop-job']);
  });
});
