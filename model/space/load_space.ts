import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../common/assert';
import { readYamlText } from '../../platform/config/yaml';
import { BadInputError } from '../../common/bad_input';
import { createBlockSpace } from './block_space';
import { createCellSpace } from './cell_space';
import type { Space } from './space';
import {
  parseSpaceDocument,
  type ConvSpaceDocument,
  type TransformerSpaceDocument,
} from './space_document';

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
export function loadSpace(nameOrPath: string): Space {
  if (shippedSpaceNames().includes(nameOrPath))
    return createSpace(shippedSpaceText(nameOrPath), nameOrPath);
  if (!/[./\\]/.test(nameOrPath))
    throw new BadInputError(
      `no space is named "${nameOrPath.slice(0, 80)}"; give the path of a YAML file, or one of ${shippedSpaceNames().join(', ')}`,
    );
  return createSpace(readYamlText(nameOrPath), nameOrPath);
}

/** What a shipped space of blocks is made from, to be made with more rules. */
export function shippedBlockDocument(name: string): ConvSpaceDocument | TransformerSpaceDocument {
  const document = parseSpaceDocument(shippedSpaceText(name), name);
  assert(document.kind !== 'cells', `${name} is a space of blocks`);
  return document;
}

/** A space from the text of its YAML; `source` names it in errors. @throws BadInputError */
export function createSpace(yaml: string, source: string): Space {
  const document = parseSpaceDocument(yaml, source);
  return document.kind === 'cells' ? createCellSpace(document) : createBlockSpace(document, source);
}
