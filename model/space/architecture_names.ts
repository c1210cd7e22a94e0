import { BadInputError } from '../../common/bad_input';
import { genotypeAt, genotypeCount } from './genotype';
import { architectureByHash, isHashName } from './hash_name';
import type { NetworkSpace } from './network_space';

/** Each is hashed once, in some seconds at most; a hash cannot be turned back into the network of a larger space. */
const mostListed = 2 ** 17;

type NamedSpace = Pick<NetworkSpace, 'name' | 'choices' | 'architectureOf' | 'hashOf'>;

/** Reads a text as an architecture of the space: as it is, or where it is a hash or the unique beginning of one, by that. The function throws BadInputError. */
export function architectureNames(space: NamedSpace): (text: string) => string {
  let hashes: ReadonlyMap<string, string> | undefined;
  return (text) => {
    if (!isHashName(text)) return text;
    hashes ??= hashesOf(space);
    const known = hashes;
    return architectureByHash(text, {
      architectures: known.keys(),
      hashOf: (architecture) => known.get(architecture) ?? '',
      where: `space ${space.name}`,
      remedy: 'give an architecture (see: farm space sample)',
    });
  };
}

function hashesOf(space: NamedSpace): ReadonlyMap<string, string> {
  const count = genotypeCount(space);
  if (count > mostListed) {
    throw new BadInputError(
      `space ${space.name} has ${count.toPrecision(2)} genotypes, too many to find a network by its hash; give its architecture (farm search front tells both)`,
    );
  }
  const hashes = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const architecture = space.architectureOf(genotypeAt(space, index));
    if (architecture !== undefined && !hashes.has(architecture))
      hashes.set(architecture, space.hashOf(architecture));
  }
  return hashes;
}
