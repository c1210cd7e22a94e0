import { z } from 'zod';
import { activations } from '../../../common/activation';
import { attentions, cells, type BlockSpec } from '../../../common/block_spec';

/** Channels of a tensor, and cells or layers of a block: far more than any network on a phone. */
const mostChannels = 65_536;
const mostCells = 100;
const largestKernel = 31;
const largestFactor = 64;
const channels = z.int().min(1).max(mostChannels);
const factor = z.number().positive().max(largestFactor);
const depth = z.int().min(1).max(mostCells);

export const blockSpecSchema: z.ZodType<BlockSpec> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('conv'),
    inputChannels: channels,
    outputChannels: channels,
    stride: z.union([z.literal(1), z.literal(2)]),
    kernel: z.int().min(1).max(largestKernel),
    expansion: factor,
    depth,
    width: factor,
    cell: z.enum(cells),
    activation: z.enum(activations),
    attention: z.enum(attentions),
    rectifiedInput: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('transformer'),
    tokenWidth: channels,
    embedding: channels,
    depth,
    heads: channels,
    mlpRatio: factor,
  }),
]);
