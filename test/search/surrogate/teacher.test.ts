import { drawChoices } from '../../../model/space/genotype';
import type { Space } from '../../../model/space/space';
import { createRandom } from '../../../common/random';
import { createStrategies } from '../../../search/strategies/create_strategy';
import type { PastTarget } from '../../../search/strategy/past_target';
import type { Strategy } from '../../../search/strategy/strategy';
import { Surrogate } from '../../../search/surrogate/surrogate';

const positions = 5;
const choices = 5;

/** A space of which nothing is known but its choices. */
const space: Space = {
  name: 'opaque',
  choices: new Array<number>(positions).fill(choices),
  architectureOf: (genotype) => genotype.join(''),
  genotypeOf: (architecture) => Array.from(architecture, Number),
  featuresOf: () => new Float64Array(),
  draw: (random) => drawChoices(space.choices, random),
};
const gains = createRandom('gains');
const costs = createRandom('costs');
const gainOf = space.choices.map(() => Array.from({ length: choices }, () => gains.next()));
const costOf = space.choices.map(() => Array.from({ length: choices }, () => costs.next()));
const total = (table: readonly (readonly number[])[], architecture: string): number =>
  Array.from(architecture, Number).reduce(
    (sum, choice, position) => sum + (table[position]?.[choice] ?? 0),
    0,
  );
const errorPercentOf = (architecture: string): number => 100 - 10 * total(gainOf, architecture);
/** One target's latency is the other's, twice as long, and some more. */
const oldLatencyMsOf = (architecture: string): number => 1 + total(costOf, architecture) ** 2;
const newLatencyMsOf = (architecture: string): number => 3 + 2 * oldLatencyMsOf(architecture);

/** The share of the networks that no other beats, among those that were measured. */
function measure(strategy: Strategy, count: number): string[] {
  return Array.from({ length: count }, () => {
    const proposal = strategy.ask();
    if (typeof proposal !== 'object') throw new Error(`no proposal: ${proposal}`);
    const { architecture } = proposal;
    strategy.tell(architecture, {
      kind: 'measured',
      objectives: [newLatencyMsOf(architecture), errorPercentOf(architecture)],
      violation: 0,
    });
    return architecture;
  });
}

/** What is lost against the best, on average over limits of error: latencies relative to the least possible. */
function excess(found: readonly string[]): number {
  const all = Array.from({ length: choices ** positions }, (_, index) =>
    index.toString(choices).padStart(positions, '0'),
  );
  const limits = [65, 70, 75, 80];
  const fastest = (names: readonly string[], limit: number): number =>
    Math.min(...names.filter((name) => errorPercentOf(name) <= limit).map(newLatencyMsOf), 100);
  return (
    limits.reduce((sum, limit) => sum + fastest(found, limit) / fastest(all, limit), 0) /
    limits.length
  );
}

const past = (count: number): PastTarget => ({
  target: 'old',
  measured: Array.from({ length: count }, (_, index) =>
    ((index * 41) % choices ** positions).toString(choices).padStart(positions, '0'),
  ).map((architecture) => ({ architecture, latencyMs: oldLatencyMsOf(architecture) })),
});

describe('a surrogate with teachers', () => {
  it('knows from the first measurement on what is fast on a target like one that was searched before', () => {
    const alone = excess(
      measure(new Surrogate(space, { seed: 1, errorPercentOf, latencyMsMax: undefined }), 10),
    );
    const taught = excess(
      measure(
        new Surrogate(space, {
          seed: 1,
          errorPercentOf,
          latencyMsMax: undefined,
          past: [past(75)],
        }),
        10,
      ),
    );
    expect(taught).toBeLessThan(1 + (alone - 1) / 2);
  });

  it('does not listen to those who know next to nothing', () => {
    const alone = measure(
      new Surrogate(space, { seed: 1, errorPercentOf, latencyMsMax: undefined }),
      12,
    );
    expect(
      measure(
        new Surrogate(space, { seed: 1, errorPercentOf, latencyMsMax: undefined, past: [past(9)] }),
        12,
      ),
    ).toEqual(alone);
  });

  it('teaches the other targets of its search from ten measurements on', () => {
    const task = { space, errorPercentOf, latencyMsMax: undefined };
    const [old, young] = createStrategies({ kind: 'surrogate', seed: 1 }, [task, task]);
    const [, lonely] = createStrategies({ kind: 'surrogate', seed: 1 }, [task, task]);
    measure(old!, 30);
    const taught = measure(young!, 10);
    expect(taught).not.toEqual(measure(lonely!, 10));
    expect(excess(taught)).toBeLessThan(1.5);
  });
});
