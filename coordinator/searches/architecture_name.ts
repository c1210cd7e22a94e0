import { architectureByHash, isHashName } from '../../model/space/hash_name';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { SearchCatalog } from './search_catalog';

interface NamingSearch {
  readonly searchId: string;
  readonly spec: SearchSpec;
  readonly catalog: Pick<SearchCatalog, 'space'>;
  /** Those that the search built: a hash cannot be turned back into any other. */
  readonly built: Iterable<string>;
}

/** The name under which a search knows an architecture, given as such, or by its hash or the unique beginning of one. @throws BadInputError for text that names none */
export function canonicalArchitecture(
  text: string,
  { searchId, spec, catalog, built }: NamingSearch,
): string {
  const space = catalog.space(spec);
  const remedy = `take one of its front (farm search front ${searchId})`;
  const known = {
    architectures: built,
    hashOf: space.hashOf.bind(space),
    where: `search ${searchId}`,
    remedy,
  };
  const architecture = isHashName(text) ? architectureByHash(text, known) : text;
  return space.architectureOf(space.genotypeOf(architecture)) ?? architecture;
}
