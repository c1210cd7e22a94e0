import { BadInputError } from '../../../common/bad_input';
import { FarmError } from '../../../common/farm_error';
import { createRandom } from '../../../common/random';
import { fastTarget, latencyOf, slowTarget } from './search_bench';
import { SearchLab } from './search_lab';

const spec = (front: string, more = ''): string =>
  `name: fleet\nspace: nasbench201\nstrategy: { kind: nsga2-async, seed: 3, populationSize: 4 }\ntargets: [${fastTarget}, ${slowTarget}]\nfront: ${front}\nbudget: { measurements: 15 }\nfresh: true\nconfirm: { rounds: 0 }\n${more}`;

describe('a search for a front over several targets', () => {
  let lab: SearchLab;

  beforeEach(async () => {
    lab = await SearchLab.open();
  });
  afterEach(() => lab.close());

  /** Ends what is on its way by chance, so that one target is ahead and then the other. */
  async function measure(count = Infinity, seed = 'order', refused = 0): Promise<void> {
    const random = createRandom(seed);
    for (let done = 0; done < count && lab.bench.engine.queue.length > 0; done += 1) {
      const job = lab.bench.engine.queue[random.below(lab.bench.engine.queue.length)]!;
      if (random.next() < refused)
        await (random.next() < 0.5 ? lab.bench.engine.refuse(job) : lab.bench.engine.abandon(job));
      else await lab.bench.engine.measure(job);
      await lab.runner.settled();
    }
  }

  async function byTarget(searchId: string): Promise<readonly (readonly string[])[]> {
    const candidates = await lab.ledger.candidates.of(searchId);
    return [fastTarget, slowTarget].map((target) =>
      candidates
        .filter((candidate) => candidate.target === target)
        .map(({ architecture }) => architecture),
    );
  }

  it.each([
    '{ kind: joint }',
    '{ kind: worst }',
    '{ kind: weighted }',
    `{ kind: weighted, weights: { ${slowTarget}: 3 } }`,
  ])('measures the same networks on all of them: %s', async (front) => {
    const searchId = await lab.create(spec(front));
    await measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 15 }, { measured: 15 }],
    });
    const [fast, slow] = await byTarget(searchId);
    expect(slow).toEqual(fast);
    const { members, targets } = await lab.reader.fleetFront(searchId);
    expect(targets).toEqual([fastTarget, slowTarget]);
    expect(members.length).toBeGreaterThan(0);
    for (const { latenciesMs } of members) expect(latenciesMs).toHaveLength(2);
  });

  it.each([1, 6, 13, 22, 29])(
    'goes on after a restart as if nothing had been: after %i measurements',
    async (cut) => {
      const searchId = await lab.create(spec('{ kind: worst }'));
      await measure(cut);
      const front = await lab.reader.fleetFront(searchId);
      await lab.restart();
      expect(await lab.reader.fleetFront(searchId)).toEqual(front);
      await measure();
      const [fast, slow] = await byTarget(searchId);
      expect(new Set(fast).size).toBe(fast!.length);
      expect(slow).toEqual(fast);
      expect(await lab.reader.get(searchId)).toMatchObject({
        state: 'finished',
        targets: [{ measured: 15 }, { measured: 15 }],
      });
    },
  );

  it.each(['a', 'b', 'c', 'd'])(
    'ends when the first has spent its budget, though others failed more often: order %s',
    async (seed) => {
      const searchId = await lab.create(spec('{ kind: joint }'));
      await measure(Infinity, seed, 0.3);
      const { state, targets } = await lab.reader.get(searchId);
      expect(state).toBe('finished');
      expect(Math.max(...targets.map(({ measured }) => measured))).toBe(15);
      const [fast, slow] = await byTarget(searchId);
      const shorter = Math.min(fast!.length, slow!.length);
      expect(slow!.slice(0, shorter)).toEqual(fast!.slice(0, shorter));
    },
  );

  it.each(['{ kind: joint }', '{ kind: worst }'])(
    'measures its front again on every target before it is the result, and computes it anew: %s',
    async (kind) => {
      const searchId = await lab.create(spec(kind).replace('rounds: 0', 'rounds: 2'));
      while ((await lab.reader.get(searchId)).targets.some(({ measured }) => measured < 15))
        await measure(1);
      const before = (await lab.reader.fleetFront(searchId)).members;
      const unlucky = before.at(-1)!.architecture;
      const confirmations = await lab.ledger.confirmations.of(searchId);
      const isUnlucky = (jobId: string): boolean =>
        confirmations.some((each) => each.jobId === jobId && each.architecture === unlucky);
      expect(new Set(confirmations.map(({ architecture }) => architecture))).toEqual(
        new Set(before.map(({ architecture }) => architecture)),
      );
      expect(confirmations).toHaveLength(2 * 2 * before.length);
      for (
        let job = lab.bench.engine.queue[0];
        job !== undefined;
        job = lab.bench.engine.queue[0]
      ) {
        await lab.bench.engine.measure(
          job,
          latencyOf(job.artifact.digest) * (isUnlucky(job.jobId) ? 1.5 : 1),
        );
        await lab.runner.settled();
      }
      expect((await lab.reader.get(searchId)).state).toBe('finished');
      const after = (await lab.reader.fleetFront(searchId)).members;
      expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
      const slower = before
        .at(-1)!
        .latenciesMs.map((latencyMs) => expect.closeTo(1.5 * latencyMs, 9) as number);
      expect(after.at(-1)).toMatchObject({ architecture: unlucky, latenciesMs: slower });
      await lab.restart();
      expect((await lab.reader.fleetFront(searchId)).members).toEqual(after);
    },
  );

  it('goes on when its budget grows', async () => {
    const searchId = await lab.create(spec('{ kind: worst }'));
    await measure();
    await lab.runner.extend(searchId, {
      extensionId: 'a',
      measurements: 4,
      phoneMinutes: 0,
      wallMinutes: 0,
    });
    await lab.runner.settled();
    await measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 19 }, { measured: 19 }],
    });
  });

  it('learns by a surrogate in which direction the front has most to win', async () => {
    const searchId = await lab.create(
      spec('{ kind: joint }').replace(
        'nsga2-async, seed: 3, populationSize: 4',
        'surrogate, seed: 3',
      ),
    );
    await measure();
    expect((await lab.reader.get(searchId)).state).toBe('finished');
    const [fast, slow] = await byTarget(searchId);
    expect(slow).toEqual(fast);
  });

  it.each([
    [
      'one target',
      spec('{ kind: worst }').replace(`, ${slowTarget}`, ''),
      'spec.yaml: field front: worst is over several targets, and the search has one; add targets, or remove it',
    ],
    [
      'a weight of a stranger',
      spec('{ kind: weighted, weights: { a/b: 1 } }'),
      `spec.yaml: field front.weights: a/b is no target of the search; its targets are ${fastTarget}, ${slowTarget}`,
    ],
    [
      'a shared budget',
      spec('{ kind: worst }').replace('measurements: 15', 'measurements: 15, shared: true'),
      'spec.yaml: field front: with worst every target measures the same networks, so there is no budget to share; remove shared',
    ],
    [
      'an unknown kind',
      spec('{ kind: best }'),
      'spec.yaml: field front.kind: expected a mapping with kind: each, joint, worst or weighted',
    ],
  ])('is refused with %s', async (_, yaml, message) => {
    await expect(lab.runner.create(yaml, 'spec.yaml')).rejects.toThrow(new BadInputError(message));
  });

  it('is not there where each target has its own', async () => {
    const searchId = await lab.create(spec('{ kind: each }'));
    await expect(lab.reader.fleetFront(searchId)).rejects.toThrow(
      new FarmError(
        'conflict',
        `search ${searchId} has a front for each target and none over all; see: farm search front ${searchId}`,
      ),
    );
  });
});
