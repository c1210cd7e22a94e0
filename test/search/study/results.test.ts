import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import type { TrialEnd } from '../../../common/trial';
import { createRandomStrategy } from '../../../search/strategies/random_strategy';
import type { Evaluation } from '../../../search/strategy/strategy';
import type { Evidence } from '../../../search/study/evidence';
import { convex } from '../strategies/known_problems';
import { createSearch, measured, runDown } from './convex_study';
import { refusedByRuntime } from './sample_study';

const { space } = convex;

describe('what a study finds on one target', () => {
  it('keeps what breaks the latency limit off its front', () => {
    const search = createSearch({ constraints: { latencyMsMax: 1.3 } });
    runDown(search, (each) => measured(each));
    expect(search.progress.measured).toBe(20);
    for (const member of search.front) expect(member.latencyMs).toBeLessThanOrEqual(1.3);
  });

  it('keeps what runs too little on the NPU off its front, and what does not say', () => {
    const share = (architecture: string): number | null =>
      [0.5, 0.9, null][architecture.length % 3] ?? null;
    const search = createSearch({ constraints: { npuShareMin: 0.8 } });
    const seen = new Set<number | null>();
    runDown(search, (architecture) => {
      seen.add(share(architecture));
      return measured(architecture, { unitShare: share(architecture) });
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
    search.end(search.propose(1)!.architecture, {
      ...refusedByRuntime,
      refusedBy: { kind: 'limit', excess: 0.25 },
    } as TrialEnd<Evidence>);
    const { architecture } = search.propose(1)!;
    search.end(architecture, measured(architecture, { latencyMs: 1.5, relativeNoise: 0.01 }));
    expect(told).toEqual([
      { kind: 'infeasible', violation: 0.25 },
      expect.objectContaining({ kind: 'measured', violation: 0.5 }),
    ]);
  });

  it('has a front of which no member is beaten by anything measured', () => {
    const search = createSearch();
    const all: { readonly latencyMs: number; readonly accuracyPercent: number }[] = [];
    runDown(search, (architecture) => {
      const end = measured(architecture) as Extract<TrialEnd<Evidence>, { kind: 'measured' }>;
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
      search.end(architecture, measured(architecture, { latencyMs }));
    };
    expect(search.decisionMsOf('new')).toBe(Infinity);
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
        expect(search.decisionMsOf('new')).toBe(Math.min(...asAccurate));
      }
    }
  });

  it('takes the limit on latency for it where that is lower', () => {
    const search = createSearch({ constraints: { latencyMsMax: 2 }, accuracyPercentOf: () => 50 });
    expect(search.decisionMsOf('new')).toBe(2);
    const { architecture } = search.propose(1)!;
    search.end(architecture, measured(architecture, { latencyMs: 1.5, relativeNoise: 0 }));
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
    const { architecture } = search.propose(1)!;
    search.end(architecture, measured(architecture, { latencyMs: 1.5, relativeNoise: 0.02 }));
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
          runDown(search, (architecture) => {
            next = values[index]!;
            index += 1;
            return measured(architecture, { latencyMs: next[0] });
          });
          const { hypervolumes } = search;
          expect(hypervolumes).toHaveLength(values.length);
          hypervolumes.forEach((volume, at) => {
            expect(volume).toBeGreaterThan(0);
            expect(volume).toBeLessThan(1);
            // But for the last digit: the same areas are added in another order.
            if (at >= 1) expect(volume).toBeGreaterThanOrEqual(hypervolumes[at - 1]! - 1e-12);
          });
        },
      ),
      { numRuns: 50 },
    );
  });
});
