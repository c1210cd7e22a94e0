import { z } from 'zod';
import { mapping, whole } from '../../common/field';
import { precisions, runtimes, units } from '../../common/target';
import { parseYaml } from '../../platform/config/yaml';
import { attentions, cells } from '../../common/block_spec';
import { activations } from '../../common/activation';

const spaceName = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const mostBlocks = 16;
const mostRules = 64;
const mostChoices = 16;
/** Wider than any phone's network. */
const mostChannels = 8192;
const largestImage = 2048;

const channels = whole(1, mostChannels);
const activation = z.enum(activations, `expected one of ${activations.join(', ')}`);

const convDimensions = {
  cell: z.enum(cells, `expected one of ${cells.join(', ')}`),
  kernel: literals(3, 5, 7),
  expansion: literals(1, 2, 3, 4, 6),
  depth: whole(1, 12),
  width: literals(0.5, 1),
  activation,
  attention: z.enum(attentions, `expected one of ${attentions.join(', ')}`),
};
const transformerDimensions = {
  depth: whole(1, 12),
  heads: whole(1, 16),
  mlpRatio: literals(1, 2, 3, 4, 6),
  embedding: whole(16, 2048),
};

const common = {
  name: z
    .string('expected a name')
    .regex(spaceName, 'expected 1 to 63 lower-case letters, digits, ".", "_" or "-"'),
  description: z
    .string('expected a text')
    .max(1_000, 'expected at most 1000 characters')
    .default(''),
};
const image = {
  imageSize: z.union(
    [whole(1, largestImage), z.tuple([whole(1, largestImage), whole(1, largestImage)])],
    `expected a number of pixels up to ${largestImage}, or [height, width]`,
  ),
  classes: whole(1, 100_000),
};

const convSchema = mapping({
  kind: z.literal('conv'),
  ...common,
  ...image,
  stem: union(
    mapping({ kind: z.literal('conv'), channels, activation }),
    mapping({ kind: z.literal('resnet'), channels, activation }),
  ),
  choices: mapping(optionalLists(convDimensions)).prefault({}),
  blocks: list(
    mapping({
      channels,
      stride: literals(1, 2),
      choices: mapping(optionalLists(convDimensions)).prefault({}),
    }),
    mostBlocks,
  ),
  head: union(
    mapping({ kind: z.literal('conv'), channels, activation }),
    mapping({ kind: z.literal('pool') }),
  ),
  rules: rules(convDimensions),
});

const transformerSchema = mapping({
  kind: z.literal('transformer'),
  ...common,
  ...image,
  stem: union(mapping({ kind: z.literal('patch'), channels, size: whole(1, 64) })),
  choices: mapping(optionalLists(transformerDimensions)).prefault({}),
  blocks: list(
    mapping({ choices: mapping(optionalLists(transformerDimensions)).prefault({}) }),
    mostBlocks,
  ),
  head: union(mapping({ kind: z.literal('token') })),
  rules: rules(transformerDimensions),
});

const cellSchema = mapping({
  kind: z.literal('cells'),
  ...common,
  cells: z.literal('nasbench201', 'expected nasbench201, the only space of cells'),
  cellsPerStage: whole(1, 20).default(5),
});

export const spaceDocumentSchema = z.discriminatedUnion(
  'kind',
  [convSchema, transformerSchema, cellSchema],
  {
    error: 'expected a mapping with kind: conv, transformer or cells',
  },
);

/** A search space as its YAML says; docs/spaces.md explains the fields. */
export type SpaceDocument = z.infer<typeof spaceDocumentSchema>;
export type ConvSpaceDocument = z.infer<typeof convSchema>;
export type TransformerSpaceDocument = z.infer<typeof transformerSchema>;
export type CellSpaceDocument = z.infer<typeof cellSchema>;

/** One forbidden combination. */
export interface RuleDocument {
  /** Every listed dimension has one of its values. */
  readonly forbid: Readonly<Record<string, readonly (string | number)[] | undefined>>;
  /** Counted from 1; all when it is not given. */
  readonly blocks?: readonly number[] | undefined;
  /** The targets on which it holds; everywhere when it is not given. */
  readonly targets?:
    | {
        readonly runtime?: readonly string[] | undefined;
        readonly unit?: readonly string[] | undefined;
        readonly precision?: readonly string[] | undefined;
      }
    | undefined;
  readonly because?: string | undefined;
}

/** @throws BadInputError that names `source`, the field and what was expected */
export function parseSpaceDocument(yaml: string, source: string): SpaceDocument {
  return parseYaml(yaml, spaceDocumentSchema, source);
}

/** What an editor needs to complete and check a space's YAML. */
export function spaceJsonSchema(): unknown {
  return z.toJSONSchema(spaceDocumentSchema, { io: 'input' });
}

function literals<const Values extends readonly [number, ...number[]]>(
  ...values: Values
): z.ZodLiteral<Values[number]> {
  return z.literal([...values], `expected one of ${values.join(', ')}`);
}

function list<Element extends z.ZodType>(element: Element, most: number): z.ZodArray<Element> {
  return z
    .array(element, 'expected a list')
    .min(1, 'expected at least one')
    .max(most, `expected at most ${most}`);
}

function union<First extends z.ZodObject, Rest extends z.ZodObject[]>(
  ...kinds: [First, ...Rest]
): z.ZodDiscriminatedUnion<[First, ...Rest]> {
  const names = kinds.map((kind) => String((kind.shape['kind'] as z.ZodLiteral).value));
  return z.discriminatedUnion('kind', kinds, {
    error: `expected a mapping with kind: ${names.join(' or ')}`,
  });
}

function choices<Value extends z.ZodType>(value: Value): z.ZodArray<Value> {
  return list(value, mostChoices).refine(
    (values) => new Set(values).size === values.length,
    'expected each value once',
  );
}

function optionalLists<Shape extends Readonly<Record<string, z.ZodType>>>(
  shape: Shape,
): { [Name in keyof Shape]: z.ZodOptional<z.ZodArray<Shape[Name]>> } {
  return Object.fromEntries(
    Object.entries(shape).map(([name, value]) => [name, choices(value).optional()]),
  ) as { [Name in keyof Shape]: z.ZodOptional<z.ZodArray<Shape[Name]>> };
}

function rules(
  dimensions: Readonly<Record<string, z.ZodType<string | number>>>,
): z.ZodDefault<z.ZodArray<z.ZodType<RuleDocument>>> {
  const forbid = mapping(optionalLists(dimensions)).refine(
    (settings) => Object.keys(settings).length > 0,
    `expected at least one of ${Object.keys(dimensions).join(', ')}`,
  );
  const oneOf = <Value extends string>(
    values: readonly Value[],
  ): z.ZodType<readonly Value[] | undefined> =>
    choices(z.enum(values, `expected one of ${values.join(', ')}`)).optional();
  const rule = mapping({
    forbid,
    blocks: choices(whole(1, mostBlocks)).optional(),
    targets: mapping({
      runtime: oneOf(runtimes),
      unit: oneOf(units),
      precision: oneOf(precisions),
    }).optional(),
    because: z.string('expected a text').max(300, 'expected at most 300 characters').optional(),
  });
  return z
    .array(rule, 'expected a list of rules')
    .max(mostRules, `expected at most ${mostRules} rules`)
    .default([]);
}
