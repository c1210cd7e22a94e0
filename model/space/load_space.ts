import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYamlText } from '../../platform/config/yaml_file';
import { BadInputError } from '../../common/bad_input';
import { createSpaceOfYaml } from './create_space';
import type { NetworkSpace } from './network_space';
import { isSpacePath, type SpaceReference } from './space_reference';
import { parseSpaceDocument, type SpaceDocument } from './space_document';

const shippedFolder = join(__dirname, 'shipped');
const extension = '.yaml';

/** Names of the spaces that come with the program. */
export function shippedSpaceNames(): readonly string[] {
  return readdirSync(shippedFolder)
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
    .sort();
}

/** The YAML of a shipped space. */
export function shippedSpaceText(name: string): string {
  return readFileSync(join(shippedFolder, `${name}${extension}`), 'utf8');
}

/** A shipped space by its name, or one of the user's by the path of its YAML file. @throws BadInputError */
export function loadSpace(nameOrPath: string): NetworkSpace {
  if (shippedSpaceNames().includes(nameOrPath))
    return createSpaceOfYaml(shippedSpaceText(nameOrPath), nameOrPath);
  if (!isSpacePath(nameOrPath))
    throw new BadInputError(
      `no space is named "${nameOrPath.slice(0, 80)}"; give the path of a YAML file, or one of ${shippedSpaceNames().join(', ')}`,
    );
  return createSpaceOfYaml(readYamlText(nameOrPath), nameOrPath);
}

/** What a space is made from. @throws BadInputError when no shipped one has the name */
export function documentOf(reference: SpaceReference): SpaceDocument {
  return typeof reference === 'string' ? shippedSpaceDocument(reference) : reference;
}

/** What a shipped space is made from. @throws BadInputError when there is none of the name */
export function shippedSpaceDocument(name: string): SpaceDocument {
  if (!shippedSpaceNames().includes(name))
    throw new BadInputError(
      `field space: there is no search space ${name}; choose one of ${shippedSpaceNames().join(', ')}`,
    );
  return parseSpaceDocument(shippedSpaceText(name), name);
}
