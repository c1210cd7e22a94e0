import { createHash } from 'node:crypto';
import { BadInputError } from '../../common/bad_input';
import { assert } from '../../common/assert';
import type { Target } from '../../common/target';
import { createNetwork } from '../block/network';
import { costOfSegment, inSequence, type LayerCost } from '../block/network_cost';
import {
  addFeatures,
  allMacs,
  allOperators,
  featuresOfSegment,
  numbersOf,
  type SegmentFeatures,
} from '../block/segment_features';
import { blockSegment, headSegment, stemSegment, type NetworkSpec } from '../block/network_spec';
import {
  createBlockOptions,
  layersKey,
  type BlockOption,
  type BlockOptions,
} from './block_options';
import { blockPlans } from './block_plan';
import { pick } from './dimension';
import { describeRule } from './rule';
import type { ArchitectureCost, Genotype, Space, SpaceSummary } from './space';
import type { ConvSpaceDocument, TransformerSpaceDocument } from './space_document';

/** Between the blocks of an architecture string. */
const joiner = '+';
/** Longer than any architecture of 16 blocks. */
const longestText = 2_000;

interface Parts {
  readonly blocks: readonly BlockOptions[];
  readonly network: Omit<NetworkSpec, 'blocks'>;
  /** Of stem and head, which all architectures share. */
  readonly fixedCost: LayerCost;
  readonly fixedFeatures: SegmentFeatures;
  readonly fixedKey: string;
}

/**
 * A space of blocks that are chosen independently of each other, between a fixed stem and head. An architecture is its
 * blocks joined by `+`, each its choices joined by `-`, in the order of the dimensions.
 * @throws BadInputError when the document contradicts itself
 */
export function createBlockSpace(
  document: ConvSpaceDocument | TransformerSpaceDocument,
  source: string,
): Space {
  const parts = partsOf(document, source);
  const { blocks } = parts;
  const parse = (architecture: string): readonly BlockOption[] => parseBlocks(blocks, architecture);
  const format = (options: readonly BlockOption[]): string =>
    options.map((option, index) => at(blocks, index).canonical(option).text).join(joiner);
  const positions = blocks.flatMap(({ plan }, index) =>
    plan.dimensions.map(({ name, values }) => ({ name: `block${index + 1}.${name}`, values })),
  );
  return {
    name: document.name,
    description: document.description,
    positions,
    choices: positions.map(({ values }) => values.length),
    rules: document.rules.map(describeRule),
    architectureOf: (genotype) => {
      const options = optionsOf(blocks, genotype);
      return options.every((option) => option !== undefined) ? format(options) : undefined;
    },
    genotypeOf: (architecture) => parse(architecture).flatMap(({ digits }) => digits),
    canonical: (architecture) => format(parse(architecture)),
    hashOf: (architecture) =>
      createHash('sha256')
        .update([parts.fixedKey, ...parse(architecture).map(({ key }) => key)].join(' '))
        .digest('hex'),
    costOf: (architecture) =>
      parse(architecture).reduce((total, { cost }) => inSequence(total, cost()), parts.fixedCost),
    featuresOf: (architecture) => featuresOf(parts, parse(architecture)),
    parts: () =>
      permittedOptions(blocks, undefined, source).map((options, index) =>
        options
          .filter((option) => at(blocks, index).canonical(option) === option)
          .map(({ digits }) => digits),
      ),
    leastCost: () => leastCost(parts, source),
    isPermitted: (architecture, target) =>
      parse(architecture).every((option, index) => at(blocks, index).isPermitted(option, target)),
    sample: (random, target) =>
      format(
        permittedOptions(blocks, target, source).map((options) =>
          pick(options, random.below(options.length)),
        ),
      ),
    summarize: (target) => summarize(parts, target, source),
    build: (architecture, drawn) =>
      createNetwork(
        { ...parts.network, blocks: parse(architecture).map(({ spec }) => spec) },
        drawn,
      ),
  };
}

function partsOf(document: ConvSpaceDocument | TransformerSpaceDocument, source: string): Parts {
  const { name, stem, head, classes, rules } = document;
  const imageSize =
    typeof document.imageSize === 'number'
      ? ([document.imageSize, document.imageSize] as const)
      : document.imageSize;
  const stray = rules.findIndex(
    (rule) => rule.blocks?.some((block) => block > document.blocks.length) === true,
  );
  if (stray !== -1)
    throw new BadInputError(
      `${source}: field rules.${stray}.blocks: the space has ${document.blocks.length} blocks, counted from 1`,
    );
  const stemPart = stemSegment(stem);
  const image = [1, 3, ...imageSize];
  const { cost: stemCost, output: stemShape } = costOfSegment(stemPart, image);
  let input = stemShape;
  const blocks = blockPlans(document, source).map((plan, index) => {
    const options = createBlockOptions(plan, { index, input, rules, source });
    input = costOfSegment(
      blockSegment(plan.specOf(plan.dimensions.map(() => 0)), index),
      input,
    ).output;
    return options;
  });
  const headPart = headSegment({ head, classes }, false);
  return {
    blocks,
    network: { name, imageSize, classes, stem, head },
    fixedCost: inSequence(stemCost, costOfSegment(headPart, input).cost),
    fixedFeatures: addFeatures(
      featuresOfSegment(stemPart, image),
      featuresOfSegment(headPart, input),
    ),
    fixedKey: JSON.stringify([imageSize, layersKey(stemPart), layersKey(headPart)]),
  };
}

function optionsOf(
  blocks: readonly BlockOptions[],
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

function parseBlocks(
  blocks: readonly BlockOptions[],
  architecture: string,
): readonly BlockOption[] {
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

function at(blocks: readonly BlockOptions[], index: number): BlockOptions {
  const block = blocks[index];
  assert(block !== undefined, 'there is an option for each block');
  return block;
}

function permittedOptions(
  blocks: readonly BlockOptions[],
  target: Target | undefined,
  source: string,
): readonly (readonly BlockOption[])[] {
  return blocks.map((block, index) => {
    const options = block.permitted(target);
    if (options.length === 0)
      throw new BadInputError(
        `${source}: field rules: on this target they forbid every option of block ${index + 1}; relax one, or choose another target`,
      );
    return options;
  });
}

/** Blocks are chosen independently, so least and most are sums over blocks. */
function summarize(
  { blocks, fixedCost }: Parts,
  target: Target | undefined,
  source: string,
): SpaceSummary {
  const permitted = permittedOptions(blocks, target, source);
  const total = (choose: (...values: readonly number[]) => number): ArchitectureCost => {
    const sum = (field: keyof ArchitectureCost): number =>
      permitted.reduce(
        (cost, options) =>
          cost +
          options.map((option) => option.cost()[field]).reduce((one, other) => choose(one, other)),
        fixedCost[field],
      );
    return { macs: sum('macs'), parameters: sum('parameters') };
  };
  return {
    options: permitted.reduce((product, options) => product * BigInt(options.length), 1n),
    networks: permitted.reduce(
      (product, options) => product * BigInt(new Set(options.map(({ key }) => key)).size),
      1n,
    ),
    least: total(Math.min),
    most: total(Math.max),
  };
}

function leastCost({ blocks, fixedCost }: Parts, source: string): LayerCost {
  return permittedOptions(blocks, undefined, source).reduce(
    (total, options) => inSequence(total, options.map(({ cost }) => cost()).reduce(leastOfEach)),
    fixedCost,
  );
}

function leastOfEach(one: LayerCost, other: LayerCost): LayerCost {
  return {
    macs: Math.min(one.macs, other.macs),
    parameters: Math.min(one.parameters, other.parameters),
    weightBytes: Math.min(one.weightBytes, other.weightBytes),
    peakActivationBytes: Math.min(one.peakActivationBytes, other.peakActivationBytes),
    operators: Math.min(one.operators, other.operators),
  };
}

/** Of the whole, then of each block: where work is done matters, since images shrink and channels grow from block to block. */
function featuresOf(
  { fixedFeatures, fixedCost }: Parts,
  options: readonly BlockOption[],
): Float64Array {
  const blocks = options.map(({ features }) => features());
  const peakActivationBytes = Math.max(
    fixedCost.peakActivationBytes,
    ...options.map(({ cost }) => cost().peakActivationBytes),
  );
  return Float64Array.of(
    ...numbersOf(blocks.reduce(addFeatures, fixedFeatures)),
    peakActivationBytes,
    ...blocks.flatMap((block) => [allMacs(block), block.movedElements, allOperators(block)]),
  );
}
