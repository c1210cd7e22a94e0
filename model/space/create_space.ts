import { BadInputError } from '../../common/bad_input';
import { createBlockSpace } from './block_space';
import { createCellSpace } from './cell_space';
import type { NetworkSpace } from './network_space';
import { parseSpaceDocument, type SpaceDocument } from './space_document';

/** The one place that knows which implementation a document asks for. @throws BadInputError when the document contradicts itself */
export function createSpace(document: SpaceDocument, source: string): NetworkSpace {
  switch (document.kind) {
    case 'cells':
      return createCellSpace(document);
    case 'conv':
    case 'transformer':
      return createBlockSpace(document, source);
  }
}

/** A space from the text of its YAML; `source` names it in errors. @throws BadInputError */
export function createSpaceOfYaml(yaml: string, source: string): NetworkSpace {
  return createSpace(parseSpaceDocument(yaml, source), source);
}

/** The document with as many cells to a stage as a specification asks for. @throws BadInputError where the space has none */
export function withCellsPerStage(
  document: SpaceDocument,
  cellsPerStage: number | undefined,
): SpaceDocument {
  if (cellsPerStage === undefined) return document;
  if (document.kind !== 'cells')
    throw new BadInputError(`field model.cellsPerStage: ${document.name} has no cells; remove it`);
  return { ...document, cellsPerStage };
}
