import { filterSpace } from '../../model/space/filtered_space';
import fc from 'fast-check';
import { createRandom } from '../../common/random';
import { AsyncNsga2 } from '../../search/nsga2_async';
import { createRandomStrategy } from '../../search/random_strategy';
import {
  TargetSearch,
  type CandidateEnd,
  type TargetSearchOptions,
} from '../../search/target_search';
import type { Evaluation, Proposal, Strategy } from '../../search/strategy';
import { convex } from './known_problems';

const { space } = convex;

interface ProposingOptions extends TargetSearchOptions {
  readonly strategy: Strategy;
}

/** Asks its strategy itself. */
class ProposingSearch extends TargetSearch {
  readonly #strategy: Strategy;

  constructor(options: ProposingOptions) {
    super(options);
    this.#strategy = options.strategy;
  }

  propose(largestInFlight: number): Proposal | undefined {
    return this.hasRoom(largestInFlight) ? this.take(this.#strategy.ask()) : undefined;
  }
}

function createSearch(options: Partial<ProposingOptions> = {}): ProposingSearch {
  return new ProposingSearch({
    strategy: new AsyncNsga2(space, { seed: 1, populationSize: 6 }),
    budget: { measurements: 20 },
    constraints: {},
    accuracyPercentOf: (architecture) =>
      100 - (40 * convex.evaluate(space.genotypeOf(architecture))[1]!) / 10,
    ...options,
  });
}

function measured(architecture: string): CandidateEnd {
  return {
    kind: 'measured',
    latencyMs: 1 + convex.evaluate(space.genotypeOf(architecture))[0]!,
    unitShare: 1,
    relativeNoise: 0.01,
    deviceSerial: 'phone',
    deviceMs: 10_000,
  };
}

/** Ends what is proposed at once, until nothing more is. */
function runDown(search: ProposingSearch, endOf: (architecture: string) => CandidateEnd): number {
  let proposals = 0;
  for (let proposal = search.propose(3); proposal !== undefined; proposal = search.propose(3)) {
    proposals += 1;
    search.end(proposal.architecture, endOf(proposal.architecture));
  }
  return proposals;
}

describe('a search on one target', () => {
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
    expect(search.progress()).toMatchObject({
      budget: { measurements: 20 },
      measured: 20,
      inFlight: 0,
      frontSize: search.front.length,
    });
  });

  it('ends on a target where everything fails', () => {
    const infeasible = createSearch();
    expect(runDown(infeasible, () => ({ kind: 'infeasible', violation: Infinity }))).toBe(200);
    expect(infeasible.isFinished).toBe(true);
    const abandoned = createSearch();
    runDown(abandoned, () => ({ kind: 'abandoned' }));
    expect(abandoned.progress()).toMatchObject({
      abandoned: 200,
      measured: 0,
      hypervolume: 0,
      frontSize: 0,
    });
  });

  it('ends when the space is exhausted', () => {
    const few = filterSpace(space, (architecture) => architecture.endsWith('0.0.0'));
    const search = createSearch({
      strategy: createRandomStrategy(few, 1),
      budget: { measurements: 1_000 },
    });
    expect(runDown(search, measured)).toBe(21);
    expect(search.isFinished).toBe(true);
  });

  it('hears an end once', () => {
    const search = createSearch();
    const { architecture } = search.propose(1)!;
    expect(search.end(architecture, measured(architecture))).toBe(true);
    expect(search.end(architecture, { kind: 'abandoned' })).toBe(false);
    expect(search.progress()).toMatchObject({ measured: 1, abandoned: 0 });
  });

  it('keeps what breaks the latency limit off its front', () => {
    const search = createSearch({ constraints: { latencyMsMax: 1.3 } });
    runDown(search, measured);
    expect(search.progress().measured).toBe(20);
    for (const member of search.front) expect(member.latencyMs).toBeLessThanOrEqual(1.3);
  });

  it('keeps what runs too little on the NPU off its front, and what does not say', () => {
    const share = (architecture: string): number | null =>
      [0.5, 0.9, null][architecture.length % 3] ?? null;
    const search = createSearch({ constraints: { npuShareMin: 0.8 } });
    const seen = new Set<number | null>();
    runDown(search, (architecture) => {
      seen.add(share(architecture));
      return { ...measured(architecture), unitShare: share(architecture) } as CandidateEnd;
    });
    expect(seen.size).toBeGreaterThan(1);
    for (const member of search.front) expect(share(member.architecture)).toBe(0.9);
  });

  it('teaches by how much a limit is broken', () => {
    const told: Evaluation[] = [];
    const strategy = createRandomStrategy(space, 1);
    const search = createSearch({
      constraints: { latencyMsMax: 1 },
      strategy: { ...strategy, duplicates: 0, tell: (_, evaluation) => void told.push(evaluation) },
    });
    search.end(search.propose(1)!.architecture, { kind: 'infeasible', violation: 0.25 });
    search.end(search.propose(1)!.architecture, {
      kind: 'measured',
      latencyMs: 1.5,
      unitShare: 1,
      relativeNoise: 0.01,
      deviceSerial: 'phone',
      deviceMs: 1,
    });
    expect(told).toEqual([
      { kind: 'infeasible', violation: 0.25 },
      expect.objectContaining({ kind: 'measured', violation: 0.5 }),
    ]);
  });

  it('has a front of which no member is beaten by anything measured', () => {
    const search = createSearch();
    const all: { readonly latencyMs: number; readonly accuracyPercent: number }[] = [];
    runDown(search, (architecture) => {
      const end = measured(architecture) as Extract<CandidateEnd, { kind: 'measured' }>;
      all.push({
        latencyMs: end.latencyMs,
        accuracyPercent: 100 - 4 * convex.evaluate(space.genotypeOf(architecture))[1]!,
      });
      return end;
    });
    const beaten = (a: (typeof all)[number]): boolean =>
      all.some(
        (b) =>
          b.latencyMs <= a.latencyMs &&
          b.accuracyPercent >= a.accuracyPercent &&
          (b.latencyMs < a.latencyMs || b.accuracyPercent > a.accuracyPercent),
      );
    expect(search.front.filter(beaten)).toEqual([]);
    expect(search.front).toHaveLength(all.filter((point) => !beaten(point)).length);
  });

  it('knows the latency at which an architecture would join its front', () => {
    const accuracies = new Map<string, number>();
    const search = createSearch({
      strategy: createRandomStrategy(space, 1),
      accuracyPercentOf: (architecture) => accuracies.get(architecture) ?? 0,
    });
    const measure = (latencyMs: number, accuracyPercent: number): void => {
      const { architecture } = search.propose(1)!;
      accuracies.set(architecture, accuracyPercent);
      search.end(architecture, {
        kind: 'measured',
        latencyMs,
        unitShare: 1,
        relativeNoise: 0,
        deviceSerial: 'phone',
        deviceMs: 1,
      });
    };
    expect(search.decisionMsOf('new')).toBeUndefined();
    const random = createRandom('front');
    const all: [number, number][] = [];
    for (let count = 0; count < 20; count += 1) {
      const point: [number, number] = [1 + random.below(20), 50 + random.below(20)];
      all.push(point);
      measure(...point);
      for (let percent = 49; percent <= 70; percent += 1) {
        const asAccurate = all
          .filter(([, accuracyPercent]) => accuracyPercent >= percent)
          .map(([latencyMs]) => latencyMs);
        accuracies.set('new', percent);
        expect(search.decisionMsOf('new')).toBe(
          asAccurate.length === 0 ? undefined : Math.min(...asAccurate),
        );
      }
    }
  });

  it('takes the limit on latency for it where that is lower', () => {
    const search = createSearch({ constraints: { latencyMsMax: 2 }, accuracyPercentOf: () => 50 });
    expect(search.decisionMsOf('new')).toBe(2);
    search.end(search.propose(1)!.architecture, {
      kind: 'measured',
      latencyMs: 1.5,
      unitShare: 1,
      relativeNoise: 0,
      deviceSerial: 'phone',
      deviceMs: 1,
    });
    expect(search.decisionMsOf('new')).toBe(1.5);
  });

  it('tells its strategy how noisy a measurement was', () => {
    const told: Evaluation[] = [];
    const search = createSearch({
      strategy: {
        ...createRandomStrategy(space, 1),
        duplicates: 0,
        tell: (_, evaluation) => void told.push(evaluation),
      },
    });
    search.end(search.propose(1)!.architecture, {
      kind: 'measured',
      latencyMs: 1.5,
      unitShare: 1,
      relativeNoise: 0.02,
      deviceSerial: 'phone',
      deviceMs: 1,
    });
    expect(told).toMatchObject([{ kind: 'measured', relativeNoise: 0.02, deviceSerial: 'phone' }]);
  });

  it('has a hypervolume that never falls, between 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.double({ min: 0.01, max: 9, noNaN: true }),
            fc.double({ min: 0, max: 99, noNaN: true }),
          ),
          { minLength: 1, maxLength: 40 },
        ),
        (values) => {
          const search = createSearch({
            budget: { measurements: values.length },
            strategy: createRandomStrategy(space, 1),
            accuracyPercentOf: () => next[1],
          });
          let next: readonly [number, number] = [1, 1];
          let index = 0;
          runDown(search, () => {
            next = values[index]!;
            index += 1;
            return {
              kind: 'measured',
              latencyMs: next[0],
              unitShare: 1,
              relativeNoise: 0.01,
              deviceSerial: 'phone',
              deviceMs: 1,
            };
          });
          const { hypervolumes } = search;
          expect(hypervolumes).toHaveLength(values.length);
          hypervolumes.forEach((volume, at) => {
            expect(volume).toBeGreaterThan(0);
            expect(volume).toBeLessThan(1);
            if (at >= 1) expect(volume).toBeGreaterThanOrEqual(hypervolumes[at - 1]!);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('goes on identically after a restart at any point, whatever became of its candidates', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(40), (seed, cut) => {
        const endOf = (architecture: string): CandidateEnd => {
          const chance = createRandom(`${seed}/${architecture}`).next();
          return chance < 0.2
            ? { kind: 'infeasible', violation: Infinity }
            : chance < 0.3
              ? { kind: 'abandoned' }
              : measured(architecture);
        };
        const order = createRandom(seed);
        let search = createSearch();
        const history: { proposals: string[]; ends: string[] } = { proposals: [], ends: [] };
        const twin = createSearch();
        for (let round = 0; round < 60 && !search.isFinished; round += 1) {
          if (round === cut) {
            search = createSearch();
            history.proposals.forEach((architecture, sequence) =>
              search.adopt({ sequence, architecture }),
            );
            for (const architecture of history.ends) search.end(architecture, endOf(architecture));
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
        expect(search.progress()).toEqual(twin.progress());
        expect(search.front).toEqual(twin.front);
      }),
      { numRuns: 40 },
    );
  });

  it('ends when the devices have spent their time, counting what is on its way', () => {
    const search = createSearch({ budget: { phoneMinutes: 1 } });
    expect(runDown(search, measured)).toBe(6);
    expect(search.progress()).toMatchObject({ measured: 6, phoneMs: 60_000 });
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
    runDown(search, (architecture) => ({
      kind: 'reused',
      fromJobId: 'earlier',
      latencyMs: (measured(architecture) as { latencyMs: number }).latencyMs,
      unitShare: 1,
      relativeNoise: 0,
      deviceSerial: 'phone',
    }));
    expect(search.progress()).toMatchObject({ measured: 0, reused: 30, phoneMs: 0 });
    search.setBudget({ measurements: 5 });
    expect(search.isFinished).toBe(false);
    expect(runDown(search, measured)).toBe(5);
  });

  it('ends on a target where everything fails, with time as the only limit', () => {
    const search = createSearch({ budget: { wallMinutes: 1 } });
    expect(runDown(search, () => ({ kind: 'infeasible', violation: Infinity }))).toBe(1_000);
    expect(search.isFinished).toBe(true);
  });
});
