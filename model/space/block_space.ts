import { createHash } from 'node:crypto';
import { formatTarget } from '../../common/target';
import { createNetwork } from '../block/network';
import { inSequence, type LayerCost } from '../block/network_cost';
import { addedCosts, boundsOf, leastOfBlocks, summarizeBlocks } from './block_costs';
import type { BlockOption } from './block_options';
import {
  canonicalOptions,
  createBlocks,
  featuresOfBlocks,
  formatBlocks,
  optionsAt,
  parseBlocks,
  type Blocks,
  type BlockSpaceDocument,
} from './blocks';
import { pick } from './dimension';
import { lazy } from './lazy';
import type { NetworkSpace, Restriction } from './network_space';
import { isUnrestricted, optionNames, restrictDocument } from './restrict';
import { describeRule } from './rule';
import type { Genotype } from './space';

/** Restricted spaces that are kept: making one takes some hundred milliseconds, and a search asks for the same one several times. */
const mostKept = 16;

interface BlockSpaceParts {
  readonly document: BlockSpaceDocument;
  readonly source: string;
  /** All of the space, which gives networks their names. */
  readonly whole: Blocks;
  /** What is left of it. */
  readonly admitted: Blocks;
}

/**
 * A space of blocks that are chosen independently of each other, between a fixed stem and head. An architecture is its
 * blocks joined by `+`, each its choices joined by `-`, in the order of the dimensions.
 * @throws BadInputError when the document contradicts itself
 */
export function createBlockSpace(document: BlockSpaceDocument, source: string): NetworkSpace {
  const whole = createBlocks(document, source);
  return spaceOf({ document, source, whole, admitted: whole });
}

function spaceOf(parts: BlockSpaceParts): NetworkSpace {
  const { document, whole, admitted } = parts;
  const parse = (architecture: string): readonly BlockOption[] => parseBlocks(whole, architecture);
  const costOf = (architecture: string): LayerCost =>
    parse(architecture).reduce((total, { cost }) => inSequence(total, cost()), whole.sharedCost);
  const options = lazy(() => admittedOptions(parts));
  const space: NetworkSpace = {
    name: document.name,
    featuresOf: (architecture) => featuresOfBlocks(whole, parse(architecture)),
    genotypeOf: (architecture) => digitsOf(parse(architecture)),
    architectureOf: (genotype) => architectureOf(parts, genotype),
    blockChoices: () => options(),
    blocksOf: (architecture) => canonicalOptions(whole, parse(architecture)),
    canonical: (architecture) => formatBlocks(canonicalOptions(whole, parse(architecture))),
    hashOf: (architecture) =>
      createHash('sha256')
        .update([whole.sharedKey, ...parse(architecture).map(({ key }) => key)].join(' '))
        .digest('hex'),
    costOf,
    build: (architecture, drawn) =>
      createNetwork(
        { ...whole.network, blocks: parse(architecture).map(({ spec }) => spec) },
        drawn,
      ),
    draw: (random) =>
      digitsOf(
        canonicalOptions(
          admitted,
          admitted.blocks.map((block) => pick(block.all(), random.below(block.all().length))),
        ),
      ),
    parts: lazy(() => options().map((block) => block.map(({ digits }) => digits))),
    partCosts: () => ({
      shared: addedCosts(whole.sharedCost),
      parts: options().map((block) => block.map(({ cost }) => addedCosts(cost()))),
    }),
    costBounds: (architectures) =>
      architectures === undefined ? leastOfBlocks(admitted) : boundsOf(architectures.map(costOf)),
    summarize: () => summarizeBlocks(admitted),
    within: restricted(parts, () => space),
    ...described(parts),
  };
  return space;
}

function described({
  document,
  whole,
}: BlockSpaceParts): Pick<
  NetworkSpace,
  'description' | 'positions' | 'choices' | 'rules' | 'forbiddable' | 'optionsOf'
> {
  const positions = whole.blocks.flatMap(({ plan }, index) =>
    plan.dimensions.map(({ name, values }) => ({ name: `block${index + 1}.${name}`, values })),
  );
  const names = positions.map(({ name, values }) =>
    values.map((value) => optionNames(name, value)),
  );
  return {
    description: document.description,
    positions,
    choices: positions.map(({ values }) => values.length),
    rules: document.rules.map(describeRule),
    forbiddable: [
      ...new Set(names.flat().map(([anywhere]) => anywhere)),
      ...names.flat().map(([, here]) => here),
    ],
    optionsOf: (architecture) =>
      digitsOf(parseBlocks(whole, architecture)).flatMap((digit, position) => [
        ...pick(pick(names, position), digit),
      ]),
  };
}

/** A network counts as what its canonical name says: both ways to write it must be admitted. */
function architectureOf(
  { whole, admitted }: BlockSpaceParts,
  genotype: Genotype,
): string | undefined {
  const options = optionsAt(admitted, genotype);
  if (!options.every((option) => option !== undefined)) return undefined;
  const canonical = canonicalOptions(whole, options);
  return admitted === whole || optionsAt(admitted, digitsOf(canonical)).every(Boolean)
    ? formatBlocks(canonical)
    : undefined;
}

/** Of each block those by which its networks are named. */
function admittedOptions({
  whole,
  admitted,
}: BlockSpaceParts): readonly (readonly BlockOption[])[] {
  return whole.blocks.map((block, index) =>
    block
      .all()
      .filter(
        (option) =>
          block.canonical(option) === option &&
          admitted.blocks[index]?.at(option.digits) !== undefined,
      ),
  );
}

function restricted(
  parts: BlockSpaceParts,
  unrestricted: () => NetworkSpace,
): NetworkSpace['within'] {
  const kept = new Map<string, NetworkSpace>();
  return (restriction: Restriction) => {
    const key = JSON.stringify([restriction.targets, restriction.forbidden]);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = restrict(parts, restriction, unrestricted);
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, made);
    return made;
  };
}

function restrict(
  parts: BlockSpaceParts,
  restriction: Restriction,
  unrestricted: () => NetworkSpace,
): NetworkSpace {
  if (isUnrestricted(parts.document, restriction)) return unrestricted();
  const document = restrictDocument(parts.document, restriction);
  const where = restriction.targets.map(formatTarget);
  const source = [parts.source, ...(where.length === 0 ? [] : [`on ${where.join(' and ')}`])];
  return spaceOf({ ...parts, document, admitted: createBlocks(document, source.join(' ')) });
}

function digitsOf(options: readonly BlockOption[]): Genotype {
  return options.flatMap(({ digits }) => digits);
}
