import { z } from 'zod';
import { elementTypes } from '../onnx/graph';
import type { ReferencePart } from './extract';
import { mostBlocks } from './split';

const dimension = z
  .number({ error: 'expected a whole number from 1' })
  .int('expected a whole number from 1')
  .positive('expected a whole number from 1');

const cutSchema = z.strictObject({
  tensor: z.string().min(1, 'expected the name of a tensor'),
  shape: z.array(dimension).min(1, 'expected a shape like [1, 16, 112, 112]'),
  elementType: z.enum(elementTypes, { error: `expected one of ${elementTypes.join(', ')}` }),
  stride: z.number().positive().nullable(),
});

const partSchema = z.strictObject({
  name: z.string().min(1),
  macs: z.number().nonnegative(),
  parameters: z.number().nonnegative(),
});

/** What stands beside the parts of a reference in a folder: the tensors between them. */
export const cutsFileSchema = z.strictObject({
  /** The network's name. */
  network: z.string(),
  /** From the end of the stem to the beginning of the head. */
  cuts: z
    .array(cutSchema)
    .min(2, 'expected at least two cuts: the end of the stem and the beginning of the head')
    .max(mostBlocks + 1, `expected at most ${mostBlocks + 1} cuts`),
  /** For the reader; nothing is decided by it. */
  parts: z.array(partSchema).optional(),
});

export type CutsFile = z.infer<typeof cutsFileSchema>;
export type FileCut = CutsFile['cuts'][number];

export function cutsFileOf(network: string, parts: readonly ReferencePart[]): CutsFile {
  const cuts = parts.flatMap(({ to, graph }): FileCut[] =>
    to === null
      ? []
      : [
          {
            tensor: to.tensor,
            shape: [...to.shape],
            elementType: graph.outputs[0]?.elementType ?? 'float32',
            stride: to.stride,
          },
        ],
  );
  return {
    network,
    cuts,
    parts: parts.map(({ name, total: { macs, parameters } }) => ({ name, macs, parameters })),
  };
}

/** A part as the cuts around it ask for it; null where the network itself begins or ends. */
export interface PartPlace {
  /** 'stem', 'block1' …, 'head'. */
  readonly name: string;
  readonly takes: FileCut | null;
  readonly gives: FileCut | null;
}

export function partPlaces({ cuts }: CutsFile): readonly PartPlace[] {
  return Array.from({ length: cuts.length + 1 }, (_, index) => {
    const [takes, gives] = [cuts[index - 1] ?? null, cuts[index] ?? null];
    return {
      name: takes === null ? 'stem' : gives === null ? 'head' : `block${index}`,
      takes,
      gives,
    };
  });
}
