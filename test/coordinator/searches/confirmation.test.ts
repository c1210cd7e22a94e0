import type { Job } from '../../../common/job';
import { evenlySpread } from '../../../search/study/confirming';
import { SearchRunner } from '../../../coordinator/searches/search_runner';
import type { FrontPoint, SearchView } from '../../../coordinator/searches/search_view';
import { createMortalLedger } from './mortal_ledger';
import { createBench, fastTarget, latencyOf, slowTarget } from './search_bench';
import { SearchLab } from './search_lab';

const budget = 12;
const specYaml = (more = '', targets = fastTarget): string => `name: Cells
space: nasbench201
strategy: { kind: random, seed: 3 }
targets: [${targets}]
budget: { measurements: ${String(budget)} }
fresh: true
${more}`;

describe('a front that is confirmed', () => {
  let lab: SearchLab;
  /** Jobs in the order in which they were measured. */
  let measured: Job[];

  beforeEach(async () => {
    lab = await SearchLab.open();
    measured = [];
  });

  afterEach(() => lab.close());

  async function measure(count = Infinity, slower: (job: Job) => number = () => 1): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      const job = lab.bench.engine.queue[0];
      if (job === undefined) return;
      await lab.bench.engine.measure(job, latencyOf(job.artifact.digest) * slower(job));
      measured.push(job);
      await lab.runner.settled();
    }
  }

  /** A search whose budget is spent, with its front as it was then. */
  async function searched(
    yaml = specYaml(),
  ): Promise<{ readonly searchId: string; readonly front: readonly FrontPoint[] }> {
    const searchId = await lab.create(yaml);
    await measure(budget);
    return { searchId, front: await front(searchId) };
  }

  const front = async (searchId: string): Promise<readonly FrontPoint[]> =>
    (await lab.reader.front(searchId))[0]!.points;
  const target = async (searchId: string): Promise<SearchView['targets'][number]> =>
    (await lab.reader.get(searchId)).targets[0]!;
  const digests = (jobs: readonly { readonly artifact: { readonly digest: string } }[]): string[] =>
    jobs.map(({ artifact }) => artifact.digest);

  it('is measured again when the budget is spent, by the full plan, round after round, and only then the search is finished', async () => {
    const { searchId, front: members } = await searched();
    expect(members.length).toBeGreaterThan(2);
    const once = members.map(({ artifactDigest }) => artifactDigest);
    expect(digests(lab.bench.engine.queue)).toEqual([...once, ...once]);
    for (const { plan } of lab.bench.engine.queue)
      expect(plan).toEqual({
        sessions: 3,
        runs: 50,
        warmupRuns: 5,
        threads: 1,
        sessionDeadlineMs: 120_000,
        again: true,
      });
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'running',
      targets: [{ measured: budget, inFlight: 0, confirming: 2 * once.length, confirmed: 0 }],
    });
    await measure(2);
    expect(await target(searchId)).toMatchObject({
      measured: budget,
      confirming: 2 * once.length - 2,
      confirmed: 2,
    });
    await measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: budget, confirming: 0, confirmed: 2 * once.length }],
    });
    expect(await lab.ledger.candidates.of(searchId)).toHaveLength(budget);
    expect(lab.bench.engine.events.at(-1)).toMatchObject({
      kind: 'owner-ended',
      ownerId: searchId,
    });
  });

  it('is confirmed on each target once its own search is over', async () => {
    const searchId = await lab.create(
      specYaml('', `${fastTarget}, { target: ${slowTarget}, budget: { measurements: 3 } }`),
    );
    await measure();
    const [fast, slow] = (await lab.reader.get(searchId)).targets;
    const fronts = await lab.reader.front(searchId);
    expect(fast).toMatchObject({ measured: budget, confirmed: 2 * fronts[0]!.points.length });
    expect(slow).toMatchObject({ measured: 3, confirmed: 2 * fronts[1]!.points.length });
  });

  it('tells each latency by all sessions of all measurements', async () => {
    const { searchId, front: before } = await searched();
    // All alike, so that nobody drops out: a tenth slower in the first round, two tenths in the second.
    await measure(before.length, () => 1.1);
    await measure(before.length, () => 1.2);
    const after = await front(searchId);
    expect(after.map(({ architecture }) => architecture)).toEqual(
      before.map(({ architecture }) => architecture),
    );
    for (const [index, point] of after.entries()) {
      const first = before[index]!.latencyMs;
      expect(point.latencyMs).toBeCloseTo(1.1 * first, 9);
      expect(point.interval).toMatchObject({ kind: 'interval', sessions: 9 });
      if (point.interval.kind === 'interval')
        expect((point.interval.lowMs + point.interval.highMs) / 2).toBeCloseTo(1.1 * first, 9);
      expect([point.latencyP5Ms, point.latencyP95Ms]).toEqual([first, 1.2 * first]);
    }
  });

  it('loses what turns out to be dominated, or beyond a limit', async () => {
    const { searchId, front: before } = await searched(
      specYaml('constraints: { latencyMsMax: 2 }\n'),
    );
    const [unlucky] = before;
    const last = before.at(-1)!;
    // The fastest one becomes slower than the most accurate one, which becomes too slow itself.
    const factor = ({ artifact }: Job): number =>
      artifact.digest === unlucky!.artifactDigest
        ? 1.9
        : artifact.digest === last.artifactDigest
          ? 3
          : 1;
    await measure(Infinity, factor);
    const kept = (await front(searchId)).map(({ architecture }) => architecture);
    expect(kept).toEqual(before.slice(1, -1).map(({ architecture }) => architecture));
    expect((await lab.reader.get(searchId)).state).toBe('finished');
  });

  it('does without measurements that fail', async () => {
    const { searchId, front: before } = await searched();
    await lab.bench.engine.refuse(lab.bench.engine.queue[0]!);
    await lab.bench.engine.abandon(lab.bench.engine.queue[0]!);
    await lab.runner.settled();
    await measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [
        { measured: budget, infeasible: 0, abandoned: 0, confirmed: 2 * before.length - 2 },
      ],
    });
    const after = await front(searchId);
    expect(after.map(({ interval }) => interval.kind === 'interval' && interval.sessions)).toEqual(
      before.map((_, index) => (index < 2 ? 6 : 9)),
    );
  });

  it('is as it was measured first where nobody asks for more', async () => {
    const { searchId } = await searched(specYaml('confirm: { rounds: 0 }\n'));
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ confirming: 0, confirmed: 0 }],
    });
    expect(lab.bench.engine.queue).toEqual([]);
  });

  it('is confirmed where it is not yet, when a search that was finished goes on', async () => {
    const { searchId } = await searched();
    await measure();
    const known = new Set(
      (await lab.ledger.confirmations.of(searchId)).map(({ architecture }) => architecture),
    );
    await lab.runner.extend(searchId, {
      extensionId: 'more',
      measurements: 30,
      phoneMinutes: 0,
      wallMinutes: 0,
    });
    await lab.runner.settled();
    await measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: budget + 30 }],
    });
    const confirmations = await lab.ledger.confirmations.of(searchId);
    for (const { architecture } of await front(searchId))
      expect(confirmations.filter((each) => each.architecture === architecture)).toHaveLength(2);
    expect(confirmations.some(({ architecture }) => !known.has(architecture))).toBe(true);
    expect(new Set(measured.map(({ jobId }) => jobId)).size).toBe(measured.length);
  });

  it('waits while the search is paused, and for good when it is stopped', async () => {
    const { searchId, front: members } = await searched();
    await lab.runner.pause(searchId);
    expect(lab.bench.engine.queue).toEqual([]);
    await lab.runner.resume(searchId);
    await lab.runner.settled();
    expect(lab.bench.engine.queue).toHaveLength(2 * members.length);
    await measure(1);
    expect(await lab.runner.stop(searchId)).toMatchObject({
      state: 'stopped',
      targets: [{ confirming: 0, confirmed: 1 }],
    });
    expect(lab.bench.engine.queue).toEqual([]);
    await lab.restart();
    expect(lab.bench.engine.events).toEqual([]);
  });

  it('is the same after a restart in its midst', async () => {
    const { searchId, front: members } = await searched();
    await measure(3, () => 1.05);
    const before = [await lab.reader.front(searchId), (await lab.reader.get(searchId)).targets];
    const waiting = lab.bench.engine.queue.map(({ jobId }) => jobId);
    await lab.restart();
    expect([await lab.reader.front(searchId), (await lab.reader.get(searchId)).targets]).toEqual(
      before,
    );
    expect(lab.bench.engine.queue.map(({ jobId }) => jobId)).toEqual(waiting);
    await measure();
    await lab.restart();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ confirmed: 2 * members.length }],
    });
  });

  it.each(Array.from({ length: 2 * (budget + 14) }, (_, write) => write))(
    'is measured once in each round when the coordinator is killed around write %i',
    async (write) => {
      const measureAll = async (isQuiet: () => Promise<unknown>): Promise<void> => {
        for (let done = 0; done < 60; done += 1) {
          await isQuiet();
          const job = lab.bench.engine.queue[0];
          if (job === undefined) return;
          await lab.bench.engine.measure(job);
          measured.push(job);
        }
      };
      const mortal = createMortalLedger(lab.ledger, Math.floor(write / 2), write % 2 === 0);
      lab.bench = createBench(lab.ledger, mortal.ledger);
      const doomed = new SearchRunner(lab.bench.parts);
      await Promise.race([doomed.create(specYaml(), 'spec.yaml'), mortal.died]);
      await measureAll(() => Promise.race([doomed.settled(), mortal.died]));

      lab.bench = createBench(lab.ledger);
      lab.runner = new SearchRunner(lab.bench.parts);
      await lab.runner.resumeAll();
      await measureAll(() => lab.runner.settled());
      expect(new Set(measured.map(({ jobId }) => jobId)).size).toBe(measured.length);
      for (const view of await lab.summaries.list()) {
        const members = await front(view.searchId);
        expect(view).toMatchObject({
          state: 'finished',
          targets: [
            { measured: budget, abandoned: 0, confirming: 0, confirmed: 2 * members.length },
          ],
        });
        const rounds = (await lab.ledger.confirmations.of(view.searchId)).map(
          ({ architecture, round }) => `${architecture} ${String(round)}`,
        );
        expect(rounds).toEqual(
          [1, 2].flatMap((round) =>
            members.map(({ architecture }) => `${architecture} ${String(round)}`),
          ),
        );
      }
      expect(await lab.ledger.jobs.find({ open: true })).toEqual([]);
    },
  );
});

describe('what stands for a large front', () => {
  it('is its ends and what lies between at equal distances', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index);
    expect(evenlySpread(hundred, 4)).toEqual([0, 33, 66, 99]);
    expect(evenlySpread(hundred, 20)).toHaveLength(20);
    expect(evenlySpread([0, 1, 2, 3, 4], 4)).toHaveLength(4);
    expect(evenlySpread([1, 2, 3], 20)).toEqual([1, 2, 3]);
    expect(evenlySpread([], 20)).toEqual([]);
  });
});
