import { assert } from '../../common/assert';
import { filterSpace } from '../../model/space/filtered_space';
import { isEmptySpace } from '../../model/space/genotype';
import type { NetworkSpace } from '../../model/space/network_space';
import type { Space } from '../../model/space/space';
import { predictAccuracy } from '../prediction/predict_accuracy';
import type { SearchedPredictor } from '../spec/predictor_field';
import type { AccuracySource } from './accuracy_source';
import { createPredictedAccuracy } from './predicted_accuracy';

/** What keeps a predictor from speaking of the space's networks; undefined where nothing does. */
export function predictorProblem(
  document: SearchedPredictor | undefined,
  space: NetworkSpace,
): string | undefined {
  if (document === undefined) return undefined;
  if (document.space !== space.name)
    return `field accuracy.reference: its predictor is of space ${document.space}, and the search is over ${space.name}; search ${document.space}, or build a predictor of ${space.name}`;
  if (space.blockChoices === undefined)
    return `field accuracy: networks of ${space.name} are no blocks in a row, of which a predictor speaks`;
  return isEmptySpace(trainedSpace(space, space, document))
    ? `field accuracy.reference: its library has no trained option for some block of ${space.name}; farm library build trains them`
    : undefined;
}

/** Accuracies as a reference's predictor tells them: of int8 networks after brief finetuning. */
export function createBlockAccuracy(
  document: SearchedPredictor,
  { reference }: { readonly reference: string },
  space: NetworkSpace,
): AccuracySource {
  const { version, kendallTau, model } = document;
  return createPredictedAccuracy({
    version,
    statement: `predictor ${version} of reference ${reference}, int8 after brief finetuning, ± ${model.residualDeviation.toFixed(1)} points, τ ${kendallTau.toFixed(2)} on networks held out`,
    accuracyOf: (architecture) => predictAccuracy(document, textsOf(space, architecture)),
  });
}

/** The networks of `space` whose blocks are all in the library; `whole` knows their blocks. */
export function trainedSpace(
  space: Space,
  whole: NetworkSpace,
  { blocks }: Pick<SearchedPredictor, 'blocks'>,
): Space {
  const isTrained = (text: string, block: number): boolean =>
    Object.hasOwn(blocks[block] ?? {}, text);
  const trained = (whole.blockChoices?.() ?? []).map((choices, block) =>
    choices.filter(({ text }) => isTrained(text, block)).map(({ text }) => text),
  );
  const isAdmitted = (architecture: string): boolean =>
    textsOf(whole, architecture).every(isTrained);
  // Drawn from what is trained: of a small library hardly any other network of the space is.
  return filterSpace(space, isAdmitted, (random) => {
    if (trained.some((texts) => texts.length === 0)) return space.draw(random);
    const texts = trained.map((options) => options[random.below(options.length)] ?? '');
    return whole.genotypeOf(texts.join('+'));
  });
}

function textsOf(space: NetworkSpace, architecture: string): readonly string[] {
  const blocks = space.blocksOf?.(architecture);
  assert(blocks !== undefined, 'a predictor speaks of networks of blocks');
  return blocks.map(({ text }) => text);
}
