import { BadInputError } from '../../common/bad_input';
import type { BlockSpec } from '../../common/block_spec';
import { combinationCount, pick, type Dimension } from './dimension';
import type { Value } from './space';
import type { ConvSpaceDocument, TransformerSpaceDocument } from './space_document';

/** What one block of a space may be. */
export interface BlockPlan {
  readonly dimensions: readonly Dimension[];
  /** The block of one digit per dimension. */
  readonly specOf: (digits: readonly number[]) => BlockSpec;
}

/** @throws BadInputError when a block lacks a dimension's choices, or the document contradicts itself */
export function blockPlans(
  document: ConvSpaceDocument | TransformerSpaceDocument,
  source: string,
): readonly BlockPlan[] {
  return document.kind === 'conv'
    ? convPlans(document, source)
    : transformerPlans(document, source);
}

/** Of all blocks together, rules left aside. @throws BadInputError as `blockPlans` */
export function countOptions(document: ConvSpaceDocument | TransformerSpaceDocument): number {
  return blockPlans(document, 'field space').reduce(
    (sum, { dimensions }) => sum + combinationCount(dimensions),
    0,
  );
}

function convPlans(
  { stem, choices, blocks }: ConvSpaceDocument,
  source: string,
): readonly BlockPlan[] {
  const merged = blocks.map((block) => ({ ...choices, ...block.choices }));
  return blocks.map(({ channels, stride }, index): BlockPlan => {
    const require = requiring(`${source}: field blocks.${index}.choices`);
    const own = merged[index] ?? {};
    const [cell, kernel, expansion] = [
      require('cell', own.cell),
      require('kernel', own.kernel),
      require('expansion', own.expansion),
    ];
    const [depth, width] = [require('depth', own.depth), require('width', own.width)];
    const [activation, attention] = [
      require('activation', own.activation),
      require('attention', own.attention),
    ];
    const place = {
      kind: 'conv',
      inputChannels: blocks[index - 1]?.channels ?? stem.channels,
      outputChannels: channels,
      stride,
      // Only where it is certain, so that a block's weights do not depend on its neighbour's option.
      rectifiedInput:
        index === 0 || merged[index - 1]?.cell?.every((before) => before === 'bottleneck') === true,
    } as const;
    return {
      dimensions: [
        { name: 'cell', prefix: '', values: cell },
        { name: 'kernel', prefix: 'k', values: kernel },
        { name: 'expansion', prefix: 'e', values: expansion },
        { name: 'depth', prefix: 'd', values: depth },
        { name: 'width', prefix: 'w', values: width },
        { name: 'activation', prefix: '', values: activation },
        { name: 'attention', prefix: '', values: attention },
      ],
      specOf: (digits) => ({
        ...place,
        cell: pick(cell, digits[0]),
        kernel: pick(kernel, digits[1]),
        expansion: pick(expansion, digits[2]),
        depth: pick(depth, digits[3]),
        width: pick(width, digits[4]),
        activation: pick(activation, digits[5]),
        attention: pick(attention, digits[6]),
      }),
    };
  });
}

function transformerPlans(
  { stem, choices, blocks, imageSize }: TransformerSpaceDocument,
  source: string,
): readonly BlockPlan[] {
  const sizes = typeof imageSize === 'number' ? [imageSize] : imageSize;
  if (sizes.some((size) => size % stem.size !== 0))
    throw new BadInputError(
      `${source}: field stem.size: patches of ${stem.size} do not fill an image of ${sizes.join('x')}; choose a divisor`,
    );
  return blocks.map((block, index): BlockPlan => {
    const require = requiring(`${source}: field blocks.${index}.choices`);
    const own = { ...choices, ...block.choices };
    const [depth, heads, mlpRatio, embedding] = [
      require('depth', own.depth),
      require('heads', own.heads),
      require('mlpRatio', own.mlpRatio),
      require('embedding', own.embedding),
    ];
    return {
      dimensions: [
        { name: 'depth', prefix: 'd', values: depth },
        { name: 'heads', prefix: 'h', values: heads },
        { name: 'mlpRatio', prefix: 'm', values: mlpRatio },
        { name: 'embedding', prefix: 'c', values: embedding },
      ],
      specOf: (digits) => ({
        kind: 'transformer',
        tokenWidth: stem.channels,
        depth: pick(depth, digits[0]),
        heads: pick(heads, digits[1]),
        mlpRatio: pick(mlpRatio, digits[2]),
        embedding: pick(embedding, digits[3]),
      }),
    };
  });
}

function requiring(
  field: string,
): <Choice extends Value>(
  name: string,
  values: readonly Choice[] | undefined,
) => readonly Choice[] {
  return (name, values) => {
    if (values === undefined)
      throw new BadInputError(
        `${field}: ${name} is missing; list its values there, or for all blocks under choices`,
      );
    return values;
  };
}
