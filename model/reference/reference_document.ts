import { z } from 'zod';
import { mapping, number, positive, whole } from '../../common/field';

const mostImages = 100_000_000;
const text = (what: string): z.ZodString => z.string(`expected ${what}`).min(1, `expected ${what}`);
const triple = z.tuple(
  [z.number(), z.number(), z.number()],
  'expected three numbers, of red, green and blue',
);
const deviations = z.tuple(
  [positive(), positive(), positive()],
  'expected three numbers above 0, of red, green and blue',
);

const side = whole(1, 8_192);
const bothSides = z
  .union([side, z.tuple([side, side])], 'expected a number of pixels, or [height, width]')
  .transform((size): [number, number] => (typeof size === 'number' ? [size, size] : size));

const sampleSchema = mapping({
  size: bothSides,
  cropShare: number(0.01, 1).default(0.875),
  channelOrder: z.enum(['rgb', 'bgr'], 'expected rgb or bgr').default('rgb'),
  scale: z.enum(['unit', 'byte'], 'expected unit or byte').default('unit'),
  mean: triple.default([0.485, 0.456, 0.406]),
  std: deviations.default([0.229, 0.224, 0.225]),
});

const files = {
  path: text('a path'),
  validationShare: number(0.001, 0.999).default(0.1),
  splitSeed: whole(0, 2 ** 31).default(1),
};

const dataSchema = z.discriminatedUnion(
  'kind',
  [
    mapping({
      kind: z.literal('generated'),
      seed: whole(0, 2 ** 31).default(1),
      train: whole(1, mostImages),
      validation: whole(1, mostImages).default(10_000),
    }),
    mapping({ kind: z.literal('folder'), ...files }),
    mapping({ kind: z.literal('cifar10'), ...files }),
    mapping({ kind: z.literal('cifar100'), ...files }),
    mapping({ kind: z.literal('arrays'), ...files }),
  ],
  { error: 'expected a mapping with kind: generated, folder, cifar10, cifar100 or arrays' },
);

const training = (defaults: {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly epochs: number;
  readonly optimizer: 'adam' | 'adamw';
}) => ({
  epochs: positive(10_000).default(defaults.epochs),
  batch: whole(1, 65_536).default(64),
  optimizer: z
    .enum(['adam', 'adamw', 'sgd'], 'expected adam, adamw or sgd')
    .default(defaults.optimizer),
  learningRate: positive(1_000).default(defaults.learningRate),
  weightDecay: number(0, 1_000).default(defaults.weightDecay),
  schedule: z.enum(['cosine', 'constant'], 'expected cosine or constant').default('cosine'),
  warmupShare: number(0, 1).default(0.05),
  clipNorm: positive().nullable().default(5),
  augmentation: z.enum(['none', 'standard'], 'expected none or standard').default('none'),
  seed: whole(0, 2 ** 31).default(1),
});

const librarySchema = mapping(
  training({ epochs: 1, optimizer: 'adam', learningRate: 0.005, weightDecay: 0 }),
);

const finetuning = (epochs: number) =>
  mapping({
    ...training({ epochs, optimizer: 'adamw', learningRate: 0.003, weightDecay: 1e-4 }),
    distillationShare: number(0, 1).default(0.7),
    temperature: positive(1_000).default(2),
    trainStem: z.boolean('expected true or false').default(true),
    trainHead: z.boolean('expected true or false').default(true),
    patienceEpochs: whole(1, 10_000).nullable().default(null),
    quantizationAware: z.boolean('expected true or false').default(false),
  });

/** What a user says of a pretrained network and its data; docs/references.md explains the fields. */
export const referenceDocumentSchema = mapping({
  name: z
    .string('expected a name')
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      'expected 1 to 63 letters, digits, ".", "_" or "-"',
    ),
  /** ONNX, relative to the document. */
  model: text('the path of an ONNX model'),
  /** The shapes of inputs that the model leaves open, by their names. */
  input: z
    .record(z.string(), z.array(whole(1, 1_000_000)), 'expected a mapping from inputs to shapes')
    .default({}),
  /** Tensors; the path of a cuts.yaml, relative to the document; or `auto`, the split that farm reference inspect proposes. */
  cuts: z.union(
    [
      z
        .array(text('the name of a tensor'))
        .min(2, 'expected at least two cuts: the end of the stem and the beginning of the head'),
      z
        .string()
        .regex(
          /^(auto|.+\.ya?ml)$/,
          'expected auto, a list of tensors, or the path of a cuts.yaml',
        ),
    ],
    'expected a list of at least two tensors, as farm reference inspect proposes them, the path of a cuts.yaml, or auto',
  ),
  /** A shipped space's name, or the path of one, relative to the document. */
  space: text('the name of a space or the path of its YAML'),
  task: mapping({
    kind: z
      .enum(['classification', 'segmentation'], 'expected classification or segmentation')
      .default('classification'),
    classes: whole(2, 100_000),
  }),
  /** Of the classes in their order: a list, or the path of a text with one in each line, relative to the document. */
  labels: z
    .union([z.array(z.string()), text('a path')], 'expected a list of names, or the path of a text')
    .optional(),
  sample: sampleSchema,
  data: dataSchema,
  library: librarySchema.prefault({}),
  /** Of the networks that the predictor is fitted to: brief. */
  predictor: finetuning(2).prefault({}),
  /** Of the picks. */
  finetune: finetuning(10).prefault({}),
});

export type ReferenceDocument = z.infer<typeof referenceDocumentSchema>;
