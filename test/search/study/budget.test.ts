import { filterSpace } from '../../../model/space/filtered_space';
import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import type { TrialEnd } from '../../../common/trial';
import { createRandomStrategy } from '../../../search/strategies/random_strategy';
import type { Evidence } from '../../../search/study/evidence';
import { convex } from '../strategies/known_problems';
import { createSearch, measured, runDown } from './convex_study';
import { failedByFarm, refusedByRuntime } from './sample_study';

const { space } = convex;

describe('a study of one target', () => {
  it('has no more on their way than it is allowed', () => {
    const search = createSearch();
    const first = [search.propose(2), search.propose(2), search.propose(2)];
    expect(first.map((proposal) => proposal?.sequence)).toEqual([0, 1, undefined]);
    search.end(first[1]!.architecture, measured(first[1]!.architecture));
    expect(search.propose(2)?.sequence).toBe(2);
  });

  it('measures its budget, not one more, and is finished when the last has ended', () => {
    const search = createSearch();
    const proposals = Array.from({ length: 30 }, () => search.propose(100)).filter(
      (proposal) => proposal !== undefined,
    );
    expect(proposals).toHaveLength(20);
    for (const { architecture } of proposals) {
      expect(search.isFinished).toBe(false);
      search.end(architecture, measured(architecture));
    }
    expect(search.isFinished).toBe(true);
    expect(search.progress).toMatchObject({
      budget: { measurements: 20 },
      measured: 20,
      pending: 0,
    });
  });

  it('ends on a target where everything fails', () => {
    const infeasible = createSearch();
    expect(runDown(infeasible, () => refusedByRuntime)).toBe(200);
    expect(infeasible.isFinished).toBe(true);
    const abandoned = createSearch();
    runDown(abandoned, () => failedByFarm);
    expect(abandoned.progress).toMatchObject({
      abandoned: 200,
      measured: 0,
    });
    expect([abandoned.front, abandoned.hypervolumes]).toEqual([[], []]);
  });

  it('ends when the space is exhausted', () => {
    const few = filterSpace(space, (architecture) => architecture.endsWith('0.0.0'));
    const search = createSearch({
      strategy: createRandomStrategy(few, 1),
      budget: { measurements: 1_000 },
    });
    expect(runDown(search, (each) => measured(each))).toBe(21);
    expect(search.isFinished).toBe(true);
  });

  it('hears an end once', () => {
    const search = createSearch();
    const { architecture } = search.propose(1)!;
    expect(search.end(architecture, measured(architecture))).toBe(true);
    expect(search.end(architecture, failedByFarm)).toBe(false);
    expect(search.progress).toMatchObject({ measured: 1, abandoned: 0 });
  });

  it('goes on identically after a restart at any point, whatever became of its candidates', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(40), (seed, cut) => {
        const endOf = (architecture: string): TrialEnd<Evidence> => {
          const chance = createRandom(`${seed}/${architecture}`).next();
          return chance < 0.2
            ? refusedByRuntime
            : chance < 0.3
              ? failedByFarm
              : measured(architecture);
        };
        const order = createRandom(seed);
        let search = createSearch();
        const history: { proposals: string[]; ends: string[] } = { proposals: [], ends: [] };
        const twin = createSearch();
        for (let round = 0; round < 60 && !search.isFinished; round += 1) {
          if (round === cut) {
            search = createSearch();
            search.adopt(history.proposals, history.ends, endOf);
          }
          for (
            let proposal = search.propose(4);
            proposal !== undefined;
            proposal = search.propose(4)
          ) {
            expect(twin.propose(4)).toEqual(proposal);
            history.proposals.push(proposal.architecture);
          }
          const pending = history.proposals.filter(
            (architecture) => !history.ends.includes(architecture),
          );
          const ended = pending[order.below(pending.length)];
          if (ended === undefined) continue;
          history.ends.push(ended);
          search.end(ended, endOf(ended));
          twin.end(ended, endOf(ended));
        }
        expect(search.progress).toEqual(twin.progress);
        expect(search.front).toEqual(twin.front);
      }),
      { numRuns: 40 },
    );
  });

  it('ends when the devices have spent their time, counting what is on its way', () => {
    const search = createSearch({ budget: { phoneMinutes: 1 } });
    expect(runDown(search, (each) => measured(each))).toBe(6);
    expect(search.progress).toMatchObject({ measured: 6, phoneMs: 60_000 });
    expect(search.isFinished).toBe(true);
    const wide = createSearch({ budget: { phoneMinutes: 1 } });
    const first = wide.propose(100);
    wide.end(first!.architecture, measured(first!.architecture));
    expect(
      Array.from({ length: 9 }, () => wide.propose(100)).filter(
        (proposal) => proposal !== undefined,
      ),
    ).toHaveLength(5);
  });

  it('ends when its own time is up, after what is on its way', () => {
    const search = createSearch({ budget: { wallMinutes: 2, measurements: 20 } });
    search.advance(119_999);
    const { architecture } = search.propose(9)!;
    search.advance(120_000);
    expect(search.propose(9)).toBeUndefined();
    expect(search.isFinished).toBe(false);
    search.end(architecture, measured(architecture));
    expect(search.isFinished).toBe(true);
  });

  it('goes on when its budget grows, and spends nothing on what is reused', () => {
    const search = createSearch({ budget: { measurements: 3 } });
    runDown(
      search,
      (architecture) =>
        ({
          ...measured(architecture),
          kind: 'reused',
          fromJobId: 'earlier',
        }) as TrialEnd<Evidence>,
    );
    expect(search.progress).toMatchObject({ measured: 0, reused: 30, phoneMs: 0 });
    search.extend(2);
    expect(search.isFinished).toBe(false);
    expect(runDown(search, (each) => measured(each))).toBe(5);
  });

  it('ends on a target where everything fails, with time as the only limit', () => {
    const search = createSearch({ budget: { wallMinutes: 1 } });
    expect(runDown(search, () => refusedByRuntime)).toBe(1_000);
    expect(search.isFinished).toBe(true);
  });
});
