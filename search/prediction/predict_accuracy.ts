import { BadInputError } from '../../common/bad_input';
import { ownValue } from '../../common/own_value';
import { blockFeatures, type FeatureFamily } from './block_features';
import type { OptionQuality } from './library_option';
import { predictRidge, type RidgeModel } from './ridge';

/** The part of a predictor that predicts. */
interface PredictionModel {
  /** Of each block its options by their text, as in an architecture. */
  readonly blocks: readonly Readonly<Record<string, OptionQuality>>[];
  /** Of stem and head. */
  readonly sharedMacs: number;
  readonly family: FeatureFamily;
  readonly model: RidgeModel;
}

/** Of a network, by the texts of its blocks. @throws BadInputError for an option that the library does not have */
export function predictAccuracy(
  prediction: PredictionModel,
  texts: readonly string[],
): { readonly percent: number; readonly standardDeviationPercent: number } {
  const { value, standardDeviation } = predictRidge(
    prediction.model,
    blockFeatures(
      prediction.family,
      libraryOptions(prediction.blocks, texts),
      prediction.sharedMacs,
    ),
  );
  return {
    percent: Math.min(100, Math.max(0, value)),
    standardDeviationPercent: standardDeviation,
  };
}

/** @throws BadInputError for an option that the library does not have */
export function libraryOptions<Option extends OptionQuality>(
  blocks: readonly Readonly<Record<string, Option>>[],
  texts: readonly string[],
): readonly Option[] {
  return texts.map((text, index) => {
    const option = ownValue(blocks[index] ?? {}, text);
    if (option === undefined)
      throw new BadInputError(
        `the library has no option ${text.slice(0, 80)} of block ${index + 1}; train it with farm library build`,
      );
    return option;
  });
}
