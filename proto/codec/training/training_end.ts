import { z } from 'zod';
import type { Result } from '../../../common/result';
import type { TrainingEnd } from '../../../common/training/training_task';
import { countField, durationField, lineField, listField, nameField } from '../field';
import { decodeJson, encodeJson } from '../json';
import { digestField } from './reference';

/** Ten thousand epochs of history have about 600 kB. */
const largestReportBytes = 1024 * 1024;
const mostEpochs = 10_000;
const mostBlocks = 200;
const reportVersion = 1;
const percent = z.number().min(0).max(100);

/** What became of a task, as it travels. */
interface TrainingReport {
  readonly taskId: string;
  readonly worker: string;
  readonly end: TrainingEnd;
}

const outcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('block'),
    weights: digestField,
    trainNsr: durationField,
    validationNsr: durationField,
    quantizedNsr: durationField,
    macs: durationField,
    parameters: durationField,
    seconds: durationField,
  }),
  z.strictObject({
    kind: z.literal('network'),
    accuracyPercent: percent,
    quantizedAccuracyPercent: percent,
    referenceAccuracyPercent: percent,
    evaluationImages: countField,
    startAccuracyPercent: percent,
    epochs: durationField,
    history: listField(
      z.strictObject({ loss: z.number(), validationAccuracyPercent: percent.nullable() }),
      mostEpochs,
    ),
    model: digestField.nullable(),
    ranges: digestField.nullable(),
    seconds: durationField,
  }),
  z.strictObject({
    kind: z.literal('probe'),
    divergence: z.number(),
    divergenceAsAssembled: z.number(),
    agreementPercent: percent,
    chainedNsr: listField(durationField, mostBlocks),
    seconds: durationField,
  }),
]);

export const trainingEndSchema: z.ZodType<TrainingEnd> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('done'), outcome: outcomeSchema }),
  z.strictObject({ kind: z.literal('failed'), reason: lineField }),
]);

const reportSchema = z
  .strictObject({
    v: z.literal(reportVersion),
    taskId: digestField,
    worker: nameField,
    end: trainingEndSchema,
  })
  .transform(({ taskId, worker, end }): TrainingReport => ({ taskId, worker, end }));

export function encodeTrainingReport(report: TrainingReport): Uint8Array {
  return encodeJson({ v: reportVersion, ...report });
}

/** Never throws; the error names the field that is wrong. */
export function decodeTrainingReport(bytes: Uint8Array): Result<TrainingReport, string> {
  return decodeJson(bytes, reportSchema, largestReportBytes);
}
