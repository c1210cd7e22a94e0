import { BadInputError } from '../../common/bad_input';
import { createRandom, type Random } from '../../common/random';
import type { Genotype, Space } from './space';

/** Spaces of no more genotypes are looked at whole. */
const largestListed = 2 ** 16;
/** A space of which so many draws are no network has none, for all that can be told. */
const mostDraws = 10_000;
/** The same where next to each draw is one. */
const emptinessDraws = 200;

/** Each choice as likely as the others of its position. */
export function drawChoices(choices: readonly number[], random: Random): Genotype {
  return choices.map((count) => random.below(count));
}

/** Number of genotypes, isomorphic and invalid ones included. */
export function genotypeCount({ choices }: Pick<Space, 'choices'>): number {
  return choices.reduce((product, count) => product * count, 1);
}

/** The genotype of a number from 0 to below `genotypeCount`: the choices are its digits. */
export function genotypeAt({ choices }: Pick<Space, 'choices'>, index: number): Genotype {
  let rest = index;
  return choices.map((count) => {
    const choice = rest % count;
    rest = Math.floor(rest / count);
    return choice;
  });
}

/** Each network of the space once; undefined where there are too many. */
export function listNetworks(
  space: Pick<Space, 'choices' | 'names' | 'architectureOf'>,
): readonly string[] | undefined {
  const listed = space.names?.();
  if (listed !== undefined) return listed.length > largestListed ? undefined : listed;
  if (genotypeCount(space) > largestListed) return undefined;
  const names = new Set<string>();
  for (let index = 0; index < genotypeCount(space); index += 1) {
    const name = space.architectureOf(genotypeAt(space, index));
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

/** Whether there is no network, as far as listing or many draws tell. */
export function isEmptySpace(space: Space): boolean {
  const listed = listNetworks(space);
  if (listed !== undefined) return listed.length === 0;
  if (space.parts?.().some((options) => options.length === 0) === true) return true;
  const random = createRandom('is the space empty');
  return !Array.from({ length: emptinessDraws }).some(
    () => space.architectureOf(space.draw(random)) !== undefined,
  );
}

/** A random architecture, canonical; uniform over the genotypes that are networks. @throws BadInputError when none is found */
export function sampleArchitecture(
  space: Pick<Space, 'name' | 'draw' | 'architectureOf'>,
  random: Random,
): string {
  for (let draw = 0; draw < mostDraws; draw += 1) {
    const architecture = space.architectureOf(space.draw(random));
    if (architecture !== undefined) return architecture;
  }
  throw new BadInputError(
    `space ${space.name}: ${mostDraws} draws found no network that is permitted`,
  );
}
