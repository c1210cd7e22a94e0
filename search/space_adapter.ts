import type { Space } from '../model/space/space';
import type { Genotype, SearchSpace } from './space';

/** A space of the model library as strategies see it. */
export function searchSpaceOf(space: Space): SearchSpace {
  return {
    name: space.name,
    choices: space.choices,
    architectureOf: space.architectureOf,
    genotypeOf: space.genotypeOf,
    featuresOf: space.featuresOf,
    draw: (random) => space.genotypeOf(space.sample(random, undefined)),
    parts: once(space.parts),
  };
}

/**
 * The part of `whole` that `admitted` leaves, under the names of the whole: `admitted` has the same positions and more rules. A network counts as what its
 * canonical name says.
 */
export function searchSpaceWithin(whole: Space, admitted: Space): SearchSpace {
  return {
    ...searchSpaceOf(whole),
    architectureOf: (genotype) => {
      const architecture =
        admitted.architectureOf(genotype) === undefined
          ? undefined
          : whole.architectureOf(genotype);
      return architecture === undefined ||
        admitted.architectureOf(whole.genotypeOf(architecture)) === undefined
        ? undefined
        : architecture;
    },
    draw: (random) => admitted.genotypeOf(admitted.sample(random, undefined)),
    parts: once(() => partsWithin(whole, admitted)),
  };
}

/** Options are named to find out which are the same network: not twice. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Of each part what `admitted` has too: any option of the others shows that. */
function partsWithin(whole: Space, admitted: Space): readonly (readonly Genotype[])[] {
  const others = admitted.parts().map(([first = []]) => first);
  return whole
    .parts()
    .map((options, index) =>
      options.filter(
        (option) =>
          admitted.architectureOf(
            others.flatMap((other, place) => (place === index ? option : other)),
          ) !== undefined,
      ),
    );
}
