import { SearchRunner } from '../../../coordinator/searches/search_runner';
import type { SearchView } from '../../../coordinator/searches/search_view';
import { createMortalLedger } from './mortal_ledger';
import { createBench, fastTarget } from './search_bench';
import { SearchLab } from './search_lab';

function specYaml(more = ''): string {
  return `name: Cells
space: nasbench201
strategy: { kind: nsga2-async, seed: 3, populationSize: 4 }
targets: [${fastTarget}]
budget: { measurements: 12 }
confirm: { rounds: 0 }
${more}`;
}

describe('the search runner', () => {
  let lab: SearchLab;

  beforeEach(async () => {
    lab = await SearchLab.open();
  });

  afterEach(() => lab.close());

  async function create(yaml: string): Promise<SearchView> {
    const view = await lab.runner.create(yaml, 'spec.yaml');
    await lab.runner.settled();
    return view;
  }

  describe('after a restart', () => {
    it.each([0, 1, 3, 5, 7, 11])(
      'that comes after %i measurements, proposes what it would have proposed',
      async (cut) => {
        const twin = await create(specYaml());
        await lab.measure();
        const expected = await lab.architectures(twin.searchId);

        const { searchId } = await create(specYaml('fresh: true\n'));
        await lab.measure(cut);
        await lab.restart('killed');
        await lab.measure();
        expect(await lab.architectures(searchId)).toEqual(expected);
        expect(await lab.reader.get(searchId)).toMatchObject({
          state: 'finished',
          targets: [{ measured: 12 }],
        });
      },
    );

    it('shows the same front as before', async () => {
      const { searchId } = await create(specYaml());
      await lab.measure(6);
      const before = [await lab.reader.front(searchId), (await lab.reader.get(searchId)).targets];
      await lab.runner.close();
      await lab.restart('killed');
      expect([await lab.reader.front(searchId), (await lab.reader.get(searchId)).targets]).toEqual(
        before,
      );
    });

    it('stays paused if it was', async () => {
      const { searchId } = await create(specYaml());
      await lab.runner.pause(searchId);
      await lab.restart('killed');
      expect(lab.bench.engine.queue).toEqual([]);
      await lab.runner.resume(searchId);
      await lab.runner.settled();
      expect(lab.bench.engine.queue).toHaveLength(4);
    });

    it('takes up the others when one search cannot be read any more', async () => {
      await lab.ledger.searches.save({
        searchId: 'old-1',
        name: 'old',
        state: 'running',
        specYaml: 'space: gone',
        createdAtMs: 0,
        wall: { ranMs: 0, runningSinceMs: 0 },
      });
      const { searchId } = await create(specYaml());
      await lab.restart('killed');
      expect((await lab.summaries.list()).map((view) => view.searchId)).toEqual([searchId]);
      expect(lab.bench.engine.queue).toHaveLength(4);
    });
  });

  it.each(Array.from({ length: 24 }, (_, write) => write))(
    'measures everything once when it is killed around write %i',
    async (write) => {
      const measured: string[] = [];
      const measureAll = async (isQuiet: () => Promise<unknown>): Promise<void> => {
        for (let done = 0; done < 30; done += 1) {
          await isQuiet();
          const job = lab.bench.engine.queue[0];
          if (job === undefined) return;
          await lab.bench.engine.measure(job);
          measured.push(job.jobId);
        }
      };
      const mortal = createMortalLedger(lab.ledger, Math.floor(write / 2), write % 2 === 0);
      lab.bench = createBench(lab.ledger, mortal.ledger);
      const doomed = new SearchRunner(lab.bench.parts);
      await Promise.race([doomed.create(specYaml(), 'spec.yaml'), mortal.died]);
      await measureAll(() => Promise.race([doomed.settled(), mortal.died]));

      await lab.restart('killed');
      await measureAll(() => lab.runner.settled());
      expect(new Set(measured).size).toBe(measured.length);
      for (const view of await lab.summaries.list())
        expect(view).toMatchObject({
          state: 'finished',
          targets: [{ measured: 12, abandoned: 0 }],
        });
      expect(await lab.ledger.jobs.find({ open: true })).toEqual([]);
    },
  );
});
