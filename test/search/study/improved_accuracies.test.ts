import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { KnownError } from '../../../search/strategy/strategy';
import { createRandomStrategy } from '../../../search/strategies/random_strategy';
import { convex } from '../strategies/known_problems';
import { createSearch, measured } from './convex_study';
import type { DrivenStudy } from './driven_study';

/** Accuracies that have nothing to do with each other: of some version of a source. */
function versionOf(seed: number): (architecture: string) => number {
  return (architecture) =>
    40 +
    (50 * createHash('sha256').update(`${seed} ${architecture}`).digest().readUInt16BE()) / 65_535;
}

/** Measures until the budget is spent; what is uncertain or too slow is so whatever the accuracies are. */
function run(search: DrivenStudy, atEach: (done: number) => void): void {
  for (let done = 0; ; done += 1) {
    atEach(done);
    const proposal = search.propose(1);
    if (proposal === undefined) return;
    const isNoisy = done % 5 === 4;
    search.end(
      proposal.architecture,
      measured(proposal.architecture, isNoisy ? { isUncertain: true } : {}),
    );
  }
}

function start(seed: number, accuracyPercentOf: (architecture: string) => number): DrivenStudy {
  return createSearch({
    // It looks at no accuracy, so that both studies measure the same.
    strategy: createRandomStrategy(convex.space, seed),
    constraints: { latencyMsMax: 1.6 },
    accuracyPercentOf,
  });
}

describe('a study whose source of accuracies improves', () => {
  it('has found what one that knew the better accuracies all along has found', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 0, max: 20 }), (seed, improvedAt) => {
        const [rough, better] = [versionOf(seed), versionOf(seed + 1_001)];
        const wise = start(seed, better);
        run(wise, () => undefined);
        const learning = start(seed, rough);
        run(learning, (done) => {
          if (done === improvedAt) learning.improve(better);
        });
        expect(learning.front).toEqual(wise.front);
        expect(learning.hypervolumes).toEqual(wise.hypervolumes);
        expect(learning.progress).toEqual(wise.progress);
      }),
      { numRuns: 60 },
    );
  });

  it('tells its strategy which errors are known better now, and no strategy of nothing', () => {
    const learned: (readonly KnownError[])[] = [];
    const search = createSearch({
      strategy: {
        ...{ duplicates: 0, adopt: () => undefined, tell: () => undefined },
        ...{ ask: () => 'later', withdraw: () => undefined },
        learn: (errors) => learned.push(errors),
      },
    });
    search.improve(versionOf(2));
    const errors = [{ architecture: '1.1.1.1', errorPercent: 12 }];
    search.improve(versionOf(2), errors);
    expect(learned).toEqual([errors]);
  });

  it('changes its front when they do, and nothing where they are as before', () => {
    const search = start(3, versionOf(1));
    run(search, () => undefined);
    const before = { front: search.front, hypervolumes: search.hypervolumes };
    search.improve(versionOf(1));
    expect({ front: search.front, hypervolumes: search.hypervolumes }).toEqual(before);
    search.improve(versionOf(2));
    expect(search.front).not.toEqual(before.front);
    for (const { architecture, accuracyPercent } of search.front)
      expect(accuracyPercent).toBe(versionOf(2)(architecture));
  });
});
