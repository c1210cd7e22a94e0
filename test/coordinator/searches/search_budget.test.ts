import { wallMsAt } from '../../../search/study/wall_time';
import { BadInputError } from '../../../common/bad_input';
import type { SearchExtension } from '../../../search/study/request';
import { SearchRunner } from '../../../coordinator/searches/search_runner';
import { createBench, fastTarget, slowTarget } from './search_bench';
import { SearchLab } from './search_lab';

const minute = 60_000;

function spec(budget: string, targets = fastTarget): string {
  return `name: spend\nspace: nasbench201\nfresh: true\nstrategy: { kind: nsga2-async, seed: 3, populationSize: 4 }\ntargets: [${targets}]\nbudget: ${budget}\nconfirm: { rounds: 0 }\n`;
}

function more(extensionId: string, addition: Partial<SearchExtension>): SearchExtension {
  return { extensionId, measurements: 0, phoneMinutes: 0, wallMinutes: 0, ...addition };
}

describe('the budget of a search', () => {
  let lab: SearchLab;

  beforeEach(async () => {
    lab = await SearchLab.open();
  });
  afterEach(() => lab.close());

  it('grows while the search runs, while it is paused, and when it has finished', async () => {
    const searchId = await lab.create(spec('{ measurements: 6 }'));
    await lab.measure(2);
    expect(
      (await lab.runner.extend(searchId, more('a', { measurements: 2 }))).targets[0],
    ).toMatchObject({ budget: { measurements: 8 } });
    await lab.runner.pause(searchId);
    expect(await lab.runner.extend(searchId, more('b', { measurements: 1 }))).toMatchObject({
      state: 'paused',
      targets: [{ budget: { measurements: 9 } }],
    });
    await lab.runner.resume(searchId);
    await lab.runner.settled();
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 9 }],
    });
    expect((await lab.runner.extend(searchId, more('c', { measurements: 3 }))).state).toBe(
      'running',
    );
    await lab.runner.settled();
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 12 }],
    });
  });

  it.each([0, 1, 2])(
    'is what it would have been from the start, with a restart at moment %i',
    async (moment) => {
      // What is proposed depends on what has ended by then, so the twin of a search that had finished had finished too.
      const twin = await lab.create(spec(`{ measurements: ${moment === 0 ? 10 : 6} }`));
      await lab.measure();
      if (moment > 0) await lab.runner.extend(twin, more('a', { measurements: 4 }));
      await lab.runner.settled();
      await lab.measure();
      const searchId = await lab.create(spec('{ measurements: 6 }'));
      await lab.measure(moment === 0 ? 3 : Infinity);
      if (moment < 2) await lab.restart();
      await lab.runner.extend(searchId, more('a', { measurements: 4 }));
      await lab.runner.settled();
      if (moment === 2) await lab.restart();
      await lab.measure();
      expect(await lab.reader.get(searchId)).toMatchObject({
        state: 'finished',
        targets: [{ measured: 10 }],
      });
      expect(await lab.architectures(searchId)).toEqual(await lab.architectures(twin));
      await lab.restart();
      expect(await lab.reader.get(searchId)).toMatchObject({
        state: 'finished',
        targets: [{ budget: { measurements: 10 }, measured: 10 }],
      });
    },
  );

  it('grows once by one extension, however often it is told', async () => {
    const searchId = await lab.create(spec('{ measurements: 6 }'));
    await Promise.all([
      lab.runner.extend(searchId, more('a', { measurements: 2 })),
      lab.runner.extend(searchId, more('a', { measurements: 2 })),
    ]);
    expect((await lab.reader.get(searchId)).targets[0]).toMatchObject({
      budget: { measurements: 8 },
    });
    await lab.restart();
    expect(
      (await lab.runner.extend(searchId, more('a', { measurements: 2 }))).targets[0],
    ).toMatchObject({ budget: { measurements: 8 } });
  });

  it('is in the ledger with the state that follows, or not at all, when the process dies at the write', async () => {
    const searchId = await lab.create(spec('{ measurements: 6 }'));
    await lab.measure();
    const stuck = new Promise<never>(() => undefined);
    const dying = createBench(lab.ledger, {
      ...lab.ledger,
      searches: {
        ...lab.ledger.searches,
        extend: async (...written) => {
          await lab.ledger.searches.extend(...written);
          return stuck;
        },
      },
    });
    void new SearchRunner(dying.parts).extend(searchId, more('a', { measurements: 4 }));
    while ((await lab.ledger.searches.extensions(searchId)).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await lab.restart();
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 10 }],
    });
  });

  it('counts the time of devices', async () => {
    // A measurement here takes a second.
    const searchId = await lab.create(spec('{ phoneMinutes: 0.125 }'));
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 8, phoneMs: 8_000 }],
    });
    await lab.runner.extend(searchId, more('a', { phoneMinutes: 0.0625 }));
    await lab.runner.settled();
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 12 }],
    });
  });

  it('counts the time of running without pauses, and over restarts', async () => {
    const searchId = await lab.create(spec('{ wallMinutes: 10 }'));
    lab.bench.clock.moveTo(4 * minute);
    await lab.runner.pause(searchId);
    lab.bench.clock.moveTo(60 * minute);
    await lab.restart();
    expect(
      (wallMsAt((await lab.reader.get(searchId)).wall, lab.bench.clock.nowMs()) / minute).toFixed(
        2,
      ),
    ).toBe('3.98');
    await lab.runner.resume(searchId);
    await lab.runner.settled();
    lab.bench.clock.moveTo(66 * minute);
    await lab.restart();
    await lab.measure(2);
    expect((await lab.reader.get(searchId)).targets[0]).toMatchObject({ inFlight: 4 });
    lab.bench.clock.moveTo(67 * minute);
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 6 }],
    });
    lab.bench.clock.moveTo(90 * minute);
    expect(
      (wallMsAt((await lab.reader.get(searchId)).wall, lab.bench.clock.nowMs()) / minute).toFixed(
        0,
      ),
    ).toBe('11');
  });

  it("may be each target's own", async () => {
    const searchId = await lab.create(
      spec(
        '{ measurements: 6 }',
        `${fastTarget}, { target: ${slowTarget}, budget: { measurements: 3 } }`,
      ),
    );
    await lab.measure();
    expect((await lab.reader.get(searchId)).targets.map(({ measured }) => measured)).toEqual([
      6, 3,
    ]);
  });

  it('is not extended where it has no limit, nor after a stop', async () => {
    const searchId = await lab.create(spec('{ measurements: 6 }'));
    await expect(lab.runner.extend(searchId, more('a', { wallMinutes: 5 }))).rejects.toThrow(
      new BadInputError(
        `search ${searchId} has no limit on wallMinutes of ${fastTarget} that could be extended; it has measurements`,
      ),
    );
    await lab.runner.stop(searchId);
    await expect(lab.runner.extend(searchId, more('a', { measurements: 5 }))).rejects.toThrow(
      `search ${searchId} is stopped and cannot be extended`,
    );
    expect(await lab.ledger.searches.extensions(searchId)).toEqual([]);
  });

  describe('that targets share', () => {
    const targets = `${fastTarget}, ${slowTarget}`;

    it.each([1, 7, 40])(
      'is spent by all together to the last, though each is asked by itself: %i measurements',
      async (measurements) => {
        const searchId = await lab.create(
          spec(`{ measurements: ${measurements}, shared: true }`, targets),
        );
        await lab.measure();
        const view = await lab.reader.get(searchId);
        expect(view.state).toBe('finished');
        expect(view.targets.reduce((sum, target) => sum + target.measured, 0)).toBe(measurements);
      },
    );

    it('goes on after a restart with what was spent', async () => {
      const searchId = await lab.create(spec('{ measurements: 30, shared: true }', targets));
      await lab.measure(13);
      await lab.restart();
      await lab.measure();
      expect(
        (await lab.reader.get(searchId)).targets.reduce((sum, target) => sum + target.measured, 0),
      ).toBe(30);
    });

    it('grows for all together', async () => {
      const searchId = await lab.create(spec('{ measurements: 6, shared: true }', targets));
      await lab.measure();
      await lab.runner.extend(searchId, more('a', { measurements: 4 }));
      await lab.runner.settled();
      await lab.measure();
      expect(
        (await lab.reader.get(searchId)).targets.reduce((sum, target) => sum + target.measured, 0),
      ).toBe(10);
    });

    it('is not shared with a target that has one of its own', async () => {
      const yaml = spec(
        '{ measurements: 6, shared: true }',
        `{ target: ${fastTarget}, budget: { measurements: 3 } }`,
      );
      await expect(lab.runner.create(yaml, 'spec.yaml')).rejects.toThrow(
        new BadInputError(
          `spec.yaml: field targets.0: ${fastTarget} has a budget of its own, and the budget of the search is shared; remove one of them`,
        ),
      );
    });
  });
});
