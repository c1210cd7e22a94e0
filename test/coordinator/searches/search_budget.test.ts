import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInputError } from '../../../common/bad_input';
import type { Ledger, SearchExtension } from '../../../coordinator/ledger/ledger';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { SearchRunner } from '../../../coordinator/searches/search_runner';
import { createBench, fastTarget, registerPhones, slowTarget, type SearchBench } from './search_bench';

const minute = 60_000;

function spec(budget: string, targets = fastTarget): string {
  return `name: spend\nspace: nasbench201\nfresh: true\nstrategy: { kind: nsga2-async, seed: 3, populationSize: 4 }\ntargets: [${targets}]\nbudget: ${budget}\nconfirm: { rounds: 0 }\n`;
}

function more(extensionId: string, addition: Partial<SearchExtension>): SearchExtension {
  return { extensionId, measurements: 0, phoneMinutes: 0, wallMinutes: 0, ...addition };
}

describe('the budget of a search', () => {
  let directory: string;
  let ledger: Ledger;
  let bench: SearchBench;
  let runner: SearchRunner;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'budget-'));
    ledger = await openLedger(join(directory, 'ledger.sqlite'));
    await registerPhones(ledger);
    bench = createBench(ledger);
    runner = new SearchRunner(bench.parts);
  });
  afterEach(async () => {
    await runner.close();
    expect(bench.failures).toEqual([]);
    await ledger.close();
    rmSync(directory, { recursive: true });
  });

  async function create(yaml: string): Promise<string> {
    const { searchId } = await runner.create(yaml, 'spec.yaml');
    await runner.settled();
    return searchId;
  }

  async function measure(count = Infinity): Promise<void> {
    for (let done = 0; done < count && bench.engine.queue[0] !== undefined; done += 1) {
      await bench.engine.measure(bench.engine.queue[0]);
      await runner.settled();
    }
  }

  /** A new process on the same ledger, at the same moment. */
  async function restart(): Promise<void> {
    const nowMs = bench.clock.nowMs();
    await runner.close();
    bench = createBench(ledger);
    bench.clock.moveTo(nowMs);
    runner = new SearchRunner(bench.parts);
    await runner.resumeAll();
    await runner.settled();
  }

  async function architectures(searchId: string): Promise<readonly string[]> {
    return (await ledger.candidates(searchId)).map(({ architecture }) => architecture);
  }

  it('grows while the search runs, while it is paused, and when it has finished', async () => {
    const searchId = await create(spec('{ measurements: 6 }'));
    await measure(2);
    expect((await runner.extend(searchId, more('a', { measurements: 2 }))).targets[0]).toMatchObject({ budget: { measurements: 8 } });
    await runner.pause(searchId);
    expect(await runner.extend(searchId, more('b', { measurements: 1 }))).toMatchObject({ state: 'paused', targets: [{ budget: { measurements: 9 } }] });
    await runner.resume(searchId);
    await runner.settled();
    await measure();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ measured: 9 }] });
    expect((await runner.extend(searchId, more('c', { measurements: 3 }))).state).toBe('running');
    await runner.settled();
    await measure();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ measured: 12 }] });
  });

  it.each([0, 1, 2])('is what it would have been from the start, with a restart at moment %i', async (moment) => {
    // What is proposed depends on what has ended by then, so the twin of a search that had finished had finished too.
    const twin = await create(spec(`{ measurements: ${moment === 0 ? 10 : 6} }`));
    await measure();
    if (moment > 0) await runner.extend(twin, more('a', { measurements: 4 }));
    await runner.settled();
    await measure();
    const searchId = await create(spec('{ measurements: 6 }'));
    await measure(moment === 0 ? 3 : Infinity);
    if (moment < 2) await restart();
    await runner.extend(searchId, more('a', { measurements: 4 }));
    await runner.settled();
    if (moment === 2) await restart();
    await measure();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ measured: 10 }] });
    expect(await architectures(searchId)).toEqual(await architectures(twin));
    await restart();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ budget: { measurements: 10 }, measured: 10 }] });
  });

  it('grows once by one extension, however often it is told', async () => {
    const searchId = await create(spec('{ measurements: 6 }'));
    await Promise.all([runner.extend(searchId, more('a', { measurements: 2 })), runner.extend(searchId, more('a', { measurements: 2 }))]);
    expect((await runner.get(searchId)).targets[0]).toMatchObject({ budget: { measurements: 8 } });
    await restart();
    expect((await runner.extend(searchId, more('a', { measurements: 2 }))).targets[0]).toMatchObject({ budget: { measurements: 8 } });
  });

  it('is in the ledger with the state that follows, or not at all, when the process dies at the write', async () => {
    const searchId = await create(spec('{ measurements: 6 }'));
    await measure();
    const stuck = new Promise<never>(() => undefined);
    const dying = createBench(ledger, Object.assign(Object.create(ledger) as Ledger, {
      extendSearch: async (...written: Parameters<Ledger['extendSearch']>) => {
        await ledger.extendSearch(...written);
        return stuck;
      },
    }));
    void new SearchRunner(dying.parts).extend(searchId, more('a', { measurements: 4 }));
    while ((await ledger.extensions(searchId)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await restart();
    await measure();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ measured: 10 }] });
  });

  it('counts the time of devices', async () => {
    // A measurement here takes a second.
    const searchId = await create(spec('{ phoneMinutes: 0.125 }'));
    await measure();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ measured: 8, phoneMs: 8_000 }] });
    await runner.extend(searchId, more('a', { phoneMinutes: 0.0625 }));
    await runner.settled();
    await measure();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ measured: 12 }] });
  });

  it('counts the time of running without pauses, and over restarts', async () => {
    const searchId = await create(spec('{ wallMinutes: 10 }'));
    bench.clock.moveTo(4 * minute);
    await runner.pause(searchId);
    bench.clock.moveTo(60 * minute);
    await restart();
    expect(((await runner.get(searchId)).wallMs / minute).toFixed(2)).toBe('3.98');
    await runner.resume(searchId);
    await runner.settled();
    bench.clock.moveTo(66 * minute);
    await restart();
    await measure(2);
    expect((await runner.get(searchId)).targets[0]).toMatchObject({ inFlight: 4 });
    bench.clock.moveTo(67 * minute);
    await measure();
    expect(await runner.get(searchId)).toMatchObject({ state: 'finished', targets: [{ measured: 6 }] });
    bench.clock.moveTo(90 * minute);
    expect(((await runner.get(searchId)).wallMs / minute).toFixed(0)).toBe('11');
  });

  it('may be each target\'s own', async () => {
    const searchId = await create(spec('{ measurements: 6 }', `${fastTarget}, { target: ${slowTarget}, budget: { measurements: 3 } }`));
    await measure();
    expect((await runner.get(searchId)).targets.map(({ measured }) => measured)).toEqual([6, 3]);
  });

  it('is not extended where it has no limit, nor after a stop', async () => {
    const searchId = await create(spec('{ measurements: 6 }'));
    await expect(runner.extend(searchId, more('a', { wallMinutes: 5 }))).rejects.toThrow(
      new BadInputError(`search ${searchId} has no limit on wallMinutes of ${fastTarget} that could be extended; it has measurements`),
    );
    await runner.stop(searchId);
    await expect(runner.extend(searchId, more('a', { measurements: 5 }))).rejects.toThrow(`search ${searchId} is stopped and cannot be extended`);
    expect(await ledger.extensions(searchId)).toEqual([]);
  });

  describe('that targets share', () => {
    const targets = `${fastTarget}, ${slowTarget}`;

    it.each([1, 7, 40])('is spent by all together to the last, though each is asked by itself: %i measurements', async (measurements) => {
      const searchId = await create(spec(`{ measurements: ${measurements}, shared: true }`, targets));
      await measure();
      const view = await runner.get(searchId);
      expect(view.state).toBe('finished');
      expect(view.targets.reduce((sum, target) => sum + target.measured, 0)).toBe(measurements);
    });

    it('goes on after a restart with what was spent', async () => {
      const searchId = await create(spec('{ measurements: 30, shared: true }', targets));
      await measure(13);
      await restart();
      await measure();
      expect((await runner.get(searchId)).targets.reduce((sum, target) => sum + target.measured, 0)).toBe(30);
    });

    it('grows for all together', async () => {
      const searchId = await create(spec('{ measurements: 6, shared: true }', targets));
      await measure();
      await runner.extend(searchId, more('a', { measurements: 4 }));
      await runner.settled();
      await measure();
      expect((await runner.get(searchId)).targets.reduce((sum, target) => sum + target.measured, 0)).toBe(10);
    });

    it('is not shared with a target that has one of its own', async () => {
      const yaml = spec('{ measurements: 6, shared: true }', `{ target: ${fastTarget}, budget: { measurements: 3 } }`);
      await expect(runner.create(yaml, 'spec.yaml')).rejects.toThrow(new BadInputError(`spec.yaml: field targets.0: ${fastTarget} has a budget of its own, and the budget of the search is shared; remove one of them`));
    });
  });
});
