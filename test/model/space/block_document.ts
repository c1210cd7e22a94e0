import { assert } from '../../../common/assert';
import type { BlockSpaceDocument } from '../../../model/space/blocks';
import { shippedSpaceDocument } from '../../../model/space/load_space';

/** What a shipped space of blocks is made from, to be made with more rules. */
export function blockDocument(name: string): BlockSpaceDocument {
  const document = shippedSpaceDocument(name);
  assert(document.kind !== 'cells', `${name} is a space of blocks`);
  return document;
}
