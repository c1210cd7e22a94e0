import type { DeviceDescription } from '../../../common/device';
import type { Job } from '../../../common/job';
import type { Conditions } from '../../../common/measurement';
import { formatTarget } from '../../../common/target';
import type { EarlierMeasurement } from '../../../coordinator/ledger/measurement_records';
import { findEarlierMeasurement } from '../../../coordinator/searches/measurement_cache';
import { SearchRunner } from '../../../coordinator/searches/search_runner';
import { sampleJob, sampleMeasurement, samplePhone } from '../sample_fleet';
import { createBench, fastTarget } from './search_bench';
import { SearchLab } from './search_lab';

describe('an earlier measurement', () => {
  const job = sampleJob('now');
  const earlier = (
    jobId: string,
    conditions: Partial<Conditions> = {},
    plan = job.plan,
  ): EarlierMeasurement => {
    const measurement = sampleMeasurement('phone-0');
    return {
      jobId,
      plan,
      measurement: { ...measurement, conditions: { ...measurement.conditions, ...conditions } },
    };
  };
  const found = async (
    measurements: readonly EarlierMeasurement[],
    phones: readonly DeviceDescription[] = [samplePhone('phone-0')],
    wanted: Job = job,
  ): Promise<string | undefined> => {
    const ledger = {
      measurements: {
        earlier: (digest: string, target: string) =>
          Promise.resolve(
            digest === job.artifact.digest && target === formatTarget(job.target)
              ? measurements
              : [],
          ),
      },
      devices: {
        all: () =>
          Promise.resolve(
            phones.map((description) => ({
              description,
              agentId: 'agent',
              lastSeenAtMs: 1,
              drained: false,
            })),
          ),
      },
    };
    return (await findEarlierMeasurement(wanted, ledger))?.jobId;
  };

  it('counts when a device would repeat it: the newest that is trusted, else the newest', async () => {
    expect(await found([])).toBeUndefined();
    expect(await found([earlier('new'), earlier('old')])).toBe('new');
    expect(await found([earlier('new', { caveats: ['hot'] }), earlier('old')])).toBe('old');
    expect(
      await found([earlier('new', { caveats: ['hot'] }), earlier('old', { caveats: ['hot'] })]),
    ).toBe('new');
  });

  it.each<readonly [string, Partial<Conditions>]>([
    ['tool', { tool: 'another' }],
    ['version of the tool', { toolDigest: 'cd'.repeat(32) }],
    ['agent', { agentVersion: '0.0.9' }],
    ['operating system', { osBuild: 'sample/phone:13' }],
  ])('does not count when it was made with another %s', async (_, conditions) => {
    expect(await found([earlier('old', conditions)])).toBeUndefined();
    expect(await found([earlier('new', conditions), earlier('old')])).toBe('old');
  });

  it('does not count for another model or target, or when no device of the target is known', async () => {
    expect(
      await found([earlier('old')], undefined, {
        ...job,
        artifact: { ...job.artifact, digest: '0'.repeat(64) },
      }),
    ).toBeUndefined();
    expect(
      await found([earlier('old')], undefined, { ...job, target: { ...job.target, unit: 'gpu' } }),
    ).toBeUndefined();
    expect(
      await found([earlier('old')], [{ ...samplePhone('phone-0'), pool: 'other' }]),
    ).toBeUndefined();
    expect(
      await found([earlier('old')], [{ ...samplePhone('phone-0'), tools: [] }]),
    ).toBeUndefined();
  });

  it('does not count when more was measured or less; the deadline does not matter', async () => {
    expect(await found([earlier('old', {}, { ...job.plan, runs: 7 })])).toBeUndefined();
    expect(await found([earlier('old', {}, { ...job.plan, sessionDeadlineMs: 1_000 })])).toBe(
      'old',
    );
  });

  it('counts although it was cut short, where this one would be cut short too', async () => {
    const short = earlier('short', {}, { ...job.plan, decisionMs: 3 });
    const cutShort = {
      ...short,
      measurement: { ...short.measurement, sessions: short.measurement.sessions.slice(0, 1) },
    };
    const asking = (decisionMs: number): Job => ({ ...job, plan: { ...job.plan, decisionMs } });
    expect(await found([cutShort], undefined, asking(3.4))).toBe('short');
    expect(await found([cutShort], undefined, asking(3.6))).toBeUndefined();
  });

  it('counts whatever latency decided then, unless it was cut short by it', async () => {
    const deciding = { ...job.plan, decisionMs: 3 };
    const short = earlier('short', {}, deciding);
    const cutShort = {
      ...short,
      measurement: { ...short.measurement, sessions: short.measurement.sessions.slice(0, 1) },
    };
    expect(await found([cutShort, earlier('old', {}, deciding)])).toBe('old');
    expect(await found([cutShort])).toBeUndefined();
    expect(
      await found([earlier('old')], undefined, { ...job, plan: { ...job.plan, decisionMs: 5 } }),
    ).toBe('old');
  });
});

describe('a search of what was measured before', () => {
  const spec = (more = ''): string =>
    `name: again\nspace: nasbench201\nstrategy: { kind: random }\ntargets: [${fastTarget}]\nbudget: { measurements: 5 }\nconfirm: { rounds: 0 }\n${more}`;
  let lab: SearchLab;

  beforeEach(async () => {
    lab = await SearchLab.open();
  });
  afterEach(() => lab.close());

  async function run(yaml: string): Promise<string> {
    const { searchId } = await lab.runner.create(yaml, 'spec.yaml');
    await lab.runner.settled();
    while (lab.bench.engine.queue[0] !== undefined) {
      await lab.bench.engine.measure(lab.bench.engine.queue[0]);
      await lab.runner.settled();
    }
    return searchId;
  }

  it('takes it over without a device, spends no budget, and says where it comes from', async () => {
    const first = await run(spec());
    const second = await run(spec());
    expect((await lab.reader.get(second)).targets[0]).toMatchObject({
      measured: 5,
      reused: 5,
      inFlight: 0,
    });
    const owners = lab.bench.engine.events.flatMap((event) =>
      event.kind === 'job-submitted' ? [event.owner.ownerId] : [],
    );
    expect(owners.filter((owner) => owner === second)).toHaveLength(5);
    const [front] = await lab.reader.front(second);
    const jobsOfFirst = (await lab.ledger.candidates.of(first)).map(({ jobId }) => jobId);
    for (const { reusedFromJobId } of front!.points)
      if (reusedFromJobId !== null) expect(jobsOfFirst).toContain(reusedFromJobId);
    expect(front!.points.some(({ reusedFromJobId }) => reusedFromJobId !== null)).toBe(true);
  });

  it('names the job that measured, when that was reused twice', async () => {
    await run(spec());
    await run(spec());
    const third = await run(spec());
    const reused = (await lab.ledger.jobs.find({ ownerId: third })).flatMap(({ state }) =>
      state.kind === 'reused' ? [state.fromJobId] : [],
    );
    expect(reused).toHaveLength(10);
    expect((await lab.ledger.measurements.of(reused)).size).toBe(10);
    expect(
      (await lab.ledger.jobs.find({ open: false })).filter(
        ({ job, state }) => reused.includes(job.jobId) && state.kind === 'measured',
      ),
    ).toHaveLength(10);
  });

  it('takes over what another job measures meanwhile, spends no budget, and says which', async () => {
    const { searchId } = await lab.runner.create(spec(), 'spec.yaml');
    await lab.runner.settled();
    const [first, second] = lab.bench.engine.queue;
    await lab.bench.engine.measure(first!);
    await lab.bench.engine.reuse(second!, first!.jobId);
    await lab.runner.settled();
    expect((await lab.reader.get(searchId)).targets[0]).toMatchObject({ measured: 1, reused: 1 });
    const points = (await lab.reader.front(searchId))[0]!.points;
    expect(
      points
        .filter(({ jobId }) => jobId === second!.jobId)
        .every(({ reusedFromJobId }) => reusedFromJobId === first!.jobId),
    ).toBe(true);
    expect(
      (await lab.ledger.jobs.find({ ownerId: searchId, open: false })).map(
        ({ state }) => state.kind,
      ),
    ).toEqual(['measured', 'reused']);
  });

  it('shows the same after a restart', async () => {
    await run(spec());
    const second = await run(spec());
    const before = [await lab.reader.get(second), await lab.reader.front(second)];
    await lab.runner.close();
    lab.bench = createBench(lab.ledger);
    lab.runner = new SearchRunner(lab.bench.parts);
    await lab.runner.resumeAll();
    expect([await lab.reader.get(second), await lab.reader.front(second)]).toEqual(before);
    expect(lab.bench.engine.events).toEqual([]);
  });

  it('measures again when it is told to', async () => {
    await run(spec());
    const second = await run(spec('fresh: true\n'));
    expect((await lab.reader.get(second)).targets[0]).toMatchObject({ measured: 5, reused: 0 });
  });
});
