import { BadInputError } from '../../common/bad_input';
import type { Accuracy } from '../accuracy/accuracy_source';
import { blockFeatures } from './block_features';
import type { LibraryOption } from './library_option';
import type { PredictorDocument } from './predictor_document';
import { predictRidge } from './ridge';

/** Of a network, by the texts of its blocks. @throws BadInputError for an option that the library does not have */
export function predictAccuracy(
  document: Pick<PredictorDocument, 'blocks' | 'family' | 'model' | 'sharedMacs'>,
  texts: readonly string[],
): Accuracy {
  const options = libraryOptions(document.blocks, texts);
  const { value, standardDeviation } = predictRidge(
    document.model,
    blockFeatures(document.family, options, document.sharedMacs),
  );
  return {
    percent: Math.min(100, Math.max(0, value)),
    standardDeviationPercent: standardDeviation,
  };
}

/** @throws BadInputError for an option that the library does not have */
export function libraryOptions(
  blocks: PredictorDocument['blocks'],
  texts: readonly string[],
): readonly LibraryOption[] {
  return texts.map((text, index) => {
    const options = blocks[index] ?? {};
    const option = Object.hasOwn(options, text) ? options[text] : undefined;
    if (option === undefined)
      throw new BadInputError(
        `the library has no option ${text.slice(0, 80)} of block ${index + 1}; train it with farm library build`,
      );
    return option;
  });
}
