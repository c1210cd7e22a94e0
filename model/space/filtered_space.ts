import type { Random } from '../../common/random';
import type { Genotype, Space } from './space';

/** The part of a space that passes a test which costs nothing, such as a limit on the known accuracy. `draw`: where few pass, one that finds them. */
export function filterSpace(
  space: Space,
  isAdmitted: (architecture: string) => boolean,
  draw = (random: Random): Genotype => space.draw(random),
): Space {
  const parts = space.parts?.bind(space);
  const names = space.names?.bind(space);
  return {
    name: space.name,
    choices: space.choices,
    genotypeOf: (architecture) => space.genotypeOf(architecture),
    featuresOf: (architecture) => space.featuresOf(architecture),
    draw,
    ...(parts === undefined ? {} : { parts }),
    ...(names === undefined ? {} : { names: () => names().filter(isAdmitted) }),
    architectureOf: (genotype) => {
      const architecture = space.architectureOf(genotype);
      return architecture !== undefined && isAdmitted(architecture) ? architecture : undefined;
    },
  };
}
