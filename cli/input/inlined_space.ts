import path from 'node:path';
import { z } from 'zod';
import { parseYaml, withYamlFields } from '../../platform/config/yaml';
import { readYamlText } from '../../platform/config/yaml_file';
import { parseSpaceDocument } from '../../model/space/space_document';
import { isSpacePath } from '../../model/space/space_reference';

const spaceOnly = z.looseObject({ space: z.unknown() });

/**
 * A search's specification with the space itself in the place of its path, which is relative to the specification: the coordinator may run on another machine, and a
 * restart must find the same space. A specification that names a space, or holds one, stays as it is.
 * @throws BadInputError for a file that is no space
 */
export function withInlinedSpace(specYaml: string, specPath: string): string {
  const { space } = parseYaml(specYaml, spaceOnly, specPath);
  if (typeof space !== 'string' || !isSpacePath(space)) return specYaml;
  const file = path.resolve(path.dirname(specPath), space);
  const shown = path.relative(process.cwd(), file);
  return withYamlFields(specYaml, { space: parseSpaceDocument(readYamlText(file), shown) });
}
