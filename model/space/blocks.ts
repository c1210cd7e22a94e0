import { assert } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import { costOfSegment, inSequence, type LayerCost } from '../block/network_cost';
import { blockSegment, headSegment, stemSegment, type NetworkSpec } from '../block/network_spec';
import {
  addFeatures,
  allMacs,
  allOperators,
  featuresOfSegment,
  numbersOf,
  type SegmentFeatures,
} from '../block/segment_features';
import {
  createBlockOptions,
  layersKey,
  type BlockOption,
  type BlockOptions,
} from './block_options';
import { blockPlans } from './block_plan';
import type { Genotype } from './space';
import type { ConvSpaceDocument, TransformerSpaceDocument } from './space_document';

export type BlockSpaceDocument = ConvSpaceDocument | TransformerSpaceDocument;

/** Between the blocks of an architecture string. */
const joiner = '+';
/** Longer than any architecture of 16 blocks. */
const longestText = 2_000;

/** Blocks between a stem and a head, each with all its options. */
export interface Blocks {
  readonly blocks: readonly BlockOptions[];
  readonly network: Omit<NetworkSpec, 'blocks'>;
  /** Of stem and head, which all architectures share. */
  readonly sharedCost: LayerCost;
  readonly sharedFeatures: SegmentFeatures;
  readonly sharedKey: string;
}

/** @throws BadInputError when the document contradicts itself */
export function createBlocks(document: BlockSpaceDocument, source: string): Blocks {
  const { name, stem, head, classes, rules } = document;
  const imageSize =
    typeof document.imageSize === 'number'
      ? ([document.imageSize, document.imageSize] as const)
      : document.imageSize;
  requireBlocksOfRules(document, source);
  const stemPart = stemSegment(stem);
  const image = [1, 3, ...imageSize];
  const { cost: stemCost, output: stemShape } = costOfSegment(stemPart, image);
  let input = stemShape;
  const blocks = blockPlans(document, source).map((plan, index) => {
    const options = createBlockOptions(plan, { index, input, rules, source });
    const firstSpec = plan.specOf(plan.dimensions.map(() => 0));
    input = costOfSegment(blockSegment(firstSpec, index), input).output;
    return options;
  });
  const headPart = headSegment({ head, classes }, false);
  return {
    blocks,
    network: { name, imageSize, classes, stem, head },
    sharedCost: inSequence(stemCost, costOfSegment(headPart, input).cost),
    sharedFeatures: addFeatures(
      featuresOfSegment(stemPart, image),
      featuresOfSegment(headPart, input),
    ),
    sharedKey: JSON.stringify([imageSize, layersKey(stemPart), layersKey(headPart)]),
  };
}

function requireBlocksOfRules({ rules, blocks }: BlockSpaceDocument, source: string): void {
  const stray = rules.findIndex(
    (rule) => rule.blocks?.some((block) => block > blocks.length) === true,
  );
  if (stray !== -1)
    throw new BadInputError(
      `${source}: field rules.${stray}.blocks: the space has ${blocks.length} blocks, counted from 1`,
    );
}

/** The option of each block; undefined where a rule forbids it. */
export function optionsAt(
  { blocks }: Blocks,
  genotype: Genotype,
): readonly (BlockOption | undefined)[] {
  let from = 0;
  const options = blocks.map((block) => {
    const until = from + block.plan.dimensions.length;
    const option = block.at(genotype.slice(from, until));
    from = until;
    return option;
  });
  assert(from === genotype.length, 'a genotype has a choice for each position');
  return options;
}

/** @throws BadInputError that says which block of the text is wrong */
export function parseBlocks({ blocks }: Blocks, architecture: string): readonly BlockOption[] {
  if (architecture.length > longestText)
    throw new BadInputError(
      `architecture of ${architecture.length} characters; at most ${longestText} are read`,
    );
  const texts = architecture.split(joiner);
  if (texts.length !== blocks.length)
    throw new BadInputError(
      `architecture "${architecture.slice(0, 80)}": ${texts.length} block(s); expected ${blocks.length} joined by "${joiner}" (see: farm space sample)`,
    );
  return blocks.map((block, index) => block.parse(texts[index] ?? ''));
}

/** Of each block the first option with the same layers. */
export function canonicalOptions(
  { blocks }: Blocks,
  options: readonly BlockOption[],
): readonly BlockOption[] {
  return blocks.map((block, index) => {
    const option = options[index];
    assert(option !== undefined, 'there is an option for each block');
    return block.canonical(option);
  });
}

export function formatBlocks(options: readonly BlockOption[]): string {
  return options.map(({ text }) => text).join(joiner);
}

/** Of the whole, then of each block: where work is done matters, since images shrink and channels grow from block to block. */
export function featuresOfBlocks(
  { sharedFeatures, sharedCost }: Blocks,
  options: readonly BlockOption[],
): Float64Array {
  const features = options.map((option) => option.features());
  const peakActivationBytes = Math.max(
    sharedCost.peakActivationBytes,
    ...options.map(({ cost }) => cost().peakActivationBytes),
  );
  return Float64Array.of(
    ...numbersOf(features.reduce(addFeatures, sharedFeatures)),
    peakActivationBytes,
    ...features.flatMap((block) => [allMacs(block), block.movedElements, allOperators(block)]),
  );
}
