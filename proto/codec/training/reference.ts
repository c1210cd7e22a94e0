import { z } from 'zod';
import { isArtifactDigest, type ArtifactDigest } from '../../../common/artifact';
import type { DataSource, Reference, Task } from '../../../common/training/reference';
import type { SampleForm } from '../../../common/training/sample_form';
import { countField, listField, nameField } from '../field';

/** The largest network of today's zoos has about a hundred blocks. */
const mostCuts = 200;
/** A folder's path on a POSIX system. */
const longestPath = 4_096;
/** The largest open data sets have 22,000 classes. */
const mostClasses = 100_000;
const mostImages = 100_000_000;
const largestSide = 8_192;

export const digestField: z.ZodType<ArtifactDigest> = z
  .string()
  .refine(isArtifactDigest, 'expected 64 hexadecimal digits');

const triple = z.tuple([z.number(), z.number(), z.number()]);
const side = z.int().min(1).max(largestSide);

const sampleSchema: z.ZodType<SampleForm> = z.strictObject({
  size: z.tuple([side, side]),
  cropShare: z.number().positive().max(1),
  channelOrder: z.enum(['rgb', 'bgr']),
  scale: z.enum(['unit', 'byte']),
  mean: triple,
  std: triple,
});

const taskSchema: z.ZodType<Task> = z.strictObject({
  kind: z.enum(['classification', 'segmentation']),
  classes: z.int().min(2).max(mostClasses),
});

const fileFields = {
  path: z.string().min(1).max(longestPath),
  digest: z.string().max(128),
  validationShare: z.number().min(0).max(1),
  splitSeed: countField,
};

const dataSchema: z.ZodType<DataSource> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('generated'),
    seed: countField,
    train: z.int().min(1).max(mostImages),
    validation: z.int().min(1).max(mostImages),
  }),
  z.strictObject({ kind: z.literal('folder'), ...fileFields }),
  z.strictObject({ kind: z.literal('cifar10'), ...fileFields }),
  z.strictObject({ kind: z.literal('cifar100'), ...fileFields }),
  z.strictObject({ kind: z.literal('arrays'), ...fileFields }),
]);

export const referenceSchema: z.ZodType<Reference> = z.strictObject({
  name: nameField,
  model: digestField,
  cuts: listField(nameField, mostCuts).min(2),
  task: taskSchema,
  sample: sampleSchema,
  data: dataSchema,
});
