import { withYamlFields } from '../../platform/config/yaml';
import { parseSearchSpec, type SearchSpec } from '../../search/spec/search_spec';
import { requirePossible } from './feasibility';
import type { SearchCatalog } from './search_catalog';

/** Reads the specifications of searches, whoever wrote them. Whatever the text, the event loop is not held up. */
export interface SpecReader {
  /** `source` names the text in errors. @throws BadInputError */
  read(specYaml: string, source: string): Promise<SearchSpec>;
  /** @throws BadInputError with a limit that no network of the space can keep, and the nearest that is possible */
  requirePossible(spec: SearchSpec, source: string): Promise<void>;
  /** The text with more fields, or other values for them. */
  withFields(specYaml: string, fields: Readonly<Record<string, unknown>>): Promise<string>;
}

/** On the caller's own thread: for specifications of one's own. */
export function createLocalSpecReader(catalog: SearchCatalog): SpecReader {
  return {
    read: async (specYaml, source) => Promise.resolve(parseSearchSpec(specYaml, source)),
    requirePossible: async (spec, source) => {
      requirePossible(spec, catalog, source);
      return Promise.resolve();
    },
    withFields: async (specYaml, fields) => Promise.resolve(withYamlFields(specYaml, fields)),
  };
}
