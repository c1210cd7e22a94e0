import type { Random } from '../../common/random';

/** A network as its options' places in the blocks' lists. */
type OptionPlaces = readonly number[];

/** Of so many draws the one that is farthest from all that are chosen. */
const drawsEach = 24;

/**
 * Networks spread over the space: each next one is, of some drawn by chance, that which shares least with those before it. All differ; fewer than asked for where
 * there are fewer.
 */
export function spreadSample(
  optionCounts: readonly number[],
  count: number,
  random: Random,
): readonly OptionPlaces[] {
  const most = optionCounts.reduce((product, options) => product * options, 1);
  const chosen: OptionPlaces[] = [];
  const names = new Set<string>();
  while (chosen.length < Math.min(count, most)) {
    const drawn = Array.from({ length: drawsEach }, () =>
      optionCounts.map((options) => random.below(options)),
    );
    const fresh = drawn.filter((places) => !names.has(places.join()));
    const next = fresh.reduce<OptionPlaces | undefined>(
      (best, places) =>
        best === undefined || shared(places, chosen) < shared(best, chosen) ? places : best,
      undefined,
    );
    if (next === undefined) continue;
    names.add(next.join());
    chosen.push(next);
  }
  return chosen;
}

function shared(places: OptionPlaces, chosen: readonly OptionPlaces[]): number {
  return chosen.reduce(
    (sum, other) => sum + places.filter((place, block) => other[block] === place).length ** 2,
    0,
  );
}
