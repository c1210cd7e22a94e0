import type { Job } from '../../../common/job';
import { fastTarget, latencyOf } from './search_bench';
import { SearchLab } from './search_lab';

const budget = 16;
/** With this many measurements the strategy has a model, and believes something of what it has proposed with it. */
const believing = 12;
const specYaml = `name: Cells
space: nasbench201
strategy: { kind: surrogate, seed: 3 }
targets: [${fastTarget}]
budget: { measurements: ${String(budget)} }
confirm: { rounds: 0 }
fresh: true
`;

/** Networks that differ by a few percent: what a strategy believes of them is not far off. */
const usualMs = ({ artifact }: Job): number => 1 + 0.1 * (latencyOf(artifact.digest) - 1);

describe('a measurement that is far from what was believed', () => {
  let lab: SearchLab;
  let searchId: string;

  beforeEach(async () => {
    lab = await SearchLab.open();
    searchId = await lab.create(specYaml);
    await measureUntil(believing);
  });

  afterEach(() => lab.close());

  const measured = async (): Promise<number> =>
    (await lab.reader.get(searchId)).targets[0]!.measured;
  const looks = async () =>
    (await lab.ledger.confirmations.of(searchId)).filter(({ round }) => round === 0);
  const first = (): Job => lab.bench.engine.queue[0]!;

  async function measure(job: Job, factor = 1): Promise<void> {
    await lab.bench.engine.measure(job, usualMs(job) * factor);
    await lab.runner.settled();
  }

  async function measureUntil(count: number): Promise<void> {
    while ((await measured()) < count) await measure(first());
  }

  /** The odd one, and the job that measures it again. */
  async function odd(factor: number): Promise<{ readonly job: Job; readonly again: Job }> {
    const job = first();
    await measure(job, factor);
    const [look] = await looks();
    const again = lab.bench.engine.queue.find(({ jobId }) => jobId === look?.jobId);
    if (again === undefined) throw new Error('it is not measured again');
    return { job, again };
  }

  it('is measured again by the full plan, and costs no measurement of the budget', async () => {
    const { job, again } = await odd(1 / 30);
    expect(again).toEqual({
      ...job,
      jobId: again.jobId,
      plan: {
        sessions: 3,
        runs: 50,
        warmupRuns: 5,
        threads: 1,
        sessionDeadlineMs: 120_000,
        again: true,
      },
    });
    expect(await measured()).toBe(believing);
    await measure(again);
    expect(await measured()).toBe(believing + 1);
    await measureUntil(budget);
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: budget, inFlight: 0 }],
    });
    expect(await lab.architectures(searchId)).toHaveLength(budget);
  });

  it('does not count when the second measurement contradicts it', async () => {
    const { again } = await odd(1 / 30);
    await measure(again);
    const [{ points } = { points: [] }] = await lab.reader.front(searchId);
    expect(Math.min(...points.map(({ latencyMs }) => latencyMs))).toBeGreaterThanOrEqual(1);
    for (const { artifactDigest, jobId } of points)
      if (artifactDigest === again.artifact.digest) expect(jobId).toBe(again.jobId);
  });

  it('counts when the second one agrees', async () => {
    const { job, again } = await odd(1 / 30);
    await measure(again, 1.05 / 30);
    const [{ points } = { points: [] }] = await lab.reader.front(searchId);
    expect(
      points.find(({ artifactDigest }) => artifactDigest === job.artifact.digest),
    ).toMatchObject({ jobId: job.jobId, latencyMs: usualMs(job) / 30 });
  });

  it('counts when it cannot be measured again', async () => {
    const { job, again } = await odd(1 / 30);
    await lab.bench.engine.abandon(again);
    await lab.runner.settled();
    expect(await measured()).toBe(believing + 1);
    expect((await lab.reader.front(searchId))[0]!.points.map(({ jobId }) => jobId)).toContain(
      job.jobId,
    );
  });

  it('is the same to the strategy after a restart in its midst', async () => {
    const { again } = await odd(1 / 30);
    await lab.restart('killed');
    expect(lab.bench.engine.queue.map(({ jobId }) => jobId)).toContain(again.jobId);
    expect(await measured()).toBe(believing);
    await measure(again);
    const [front, proposed] = [await lab.reader.front(searchId), await lab.architectures(searchId)];
    expect(await measured()).toBe(believing + 1);
    await lab.restart();
    expect(await measured()).toBe(believing + 1);
    expect([await lab.reader.front(searchId), await lab.architectures(searchId)]).toEqual([
      front,
      proposed,
    ]);
    expect(await looks()).toHaveLength(1);
  });

  it('leads to the same proposals whether the coordinator was restarted or not', async () => {
    const { again } = await odd(1 / 30);
    await measure(again);
    await measureUntil(budget);
    const whole = await lab.architectures(searchId);

    await lab.close();
    lab = await SearchLab.open();
    searchId = await lab.create(specYaml);
    await measureUntil(believing);
    const repeated = await odd(1 / 30);
    await lab.restart('killed');
    await measure(repeated.again);
    await measureUntil(budget);
    expect(await lab.architectures(searchId)).toEqual(whole);
  });

  it('is looked at twice a few times at most: who is surprised by everything is wrong himself', async () => {
    await lab.runner.extend(searchId, {
      extensionId: 'more',
      measurements: 8,
      phoneMinutes: 0,
      wallMinutes: 0,
    });
    await lab.runner.settled();
    let count = 0;
    for (
      let job = lab.bench.engine.queue[0];
      job !== undefined && count < 60;
      job = lab.bench.engine.queue[0]
    ) {
      const { jobId } = job;
      await measure(job, (await looks()).some((look) => look.jobId === jobId) ? 1 : 1 / 30);
      count += 1;
    }
    expect(await measured()).toBe(budget + 8);
    expect((await looks()).length).toBeLessThanOrEqual(4 + (budget + 8) / 10);
  });
});
