import { z } from 'zod';
import type { Reference } from '../../common/training/reference';
import { fail, ok, type Result } from '../../common/result';
import { libraryFromWire, type TrainedOption } from '../../proto/codec/training/library';
import { runFromWire, runsFromWire, type RunStatus } from '../../proto/codec/training/training_run';
import type { TrainingServiceClient } from '../../proto/generated/farm/v1/TrainingService';
import type { Caller } from './caller';

/** A predictor worker as it was heard of last. */
export interface KnownWorker {
  readonly name: string;
  readonly engine: string;
  readonly engineReason: string;
  readonly processes: number;
  readonly workingAt: readonly string[];
}

/** References, and what is trained of them. */
export interface TrainingCalls {
  registerReference(reference: Reference): Promise<void>;
  /** Each as JSON. */
  listReferences(): Promise<readonly string[]>;
  startRun(kind: string, request: unknown): Promise<RunStatus>;
  listRuns(): Promise<readonly RunStatus[]>;
  stopRun(runId: string): Promise<RunStatus>;
  watchRun(runId: string): AsyncIterable<RunStatus>;
  library(reference: string): Promise<readonly TrainedOption[]>;
  /** A predictor's document, as JSON. */
  predictor(reference: string): Promise<string>;
  trainingWorkers(): Promise<readonly KnownWorker[]>;
}

const workersSchema = z.object({
  workers: z.array(
    z.object({
      name: z.string(),
      engine: z.string(),
      engineReason: z.string(),
      processes: z.number(),
      workingAt: z.array(z.string()),
    }),
  ),
});

export function createTrainingCalls(service: TrainingServiceClient, caller: Caller): TrainingCalls {
  return {
    registerReference: async (reference) => {
      const referenceJson = JSON.stringify(reference);
      await caller.unary(
        (deadline, done) => service.registerReference({ referenceJson }, deadline, done),
        read(z.object({ digest: z.string() })),
      );
    },
    listReferences: async () => {
      const { referenceJson } = await caller.unary(
        (deadline, done) => service.listReferences({}, deadline, done),
        read(z.object({ referenceJson: z.array(z.string()) })),
      );
      return referenceJson;
    },
    startRun: (kind, request) => {
      const requestJson = JSON.stringify(request);
      return caller.unary(
        (deadline, done) => service.startRun({ kind, requestJson }, deadline, done),
        runFromWire,
      );
    },
    listRuns: async () =>
      (await caller.unary((deadline, done) => service.listRuns({}, deadline, done), runsFromWire))
        .runs,
    stopRun: (runId) =>
      caller.unary((deadline, done) => service.stopRun({ runId }, deadline, done), runFromWire),
    watchRun: (runId) => caller.stream(service.watchRun({ runId }), runFromWire),
    library: (reference) =>
      caller.unary(
        (deadline, done) => service.getLibrary({ reference }, deadline, done),
        libraryFromWire,
      ),
    predictor: async (reference) =>
      (
        await caller.unary(
          (deadline, done) => service.getPredictor({ reference }, deadline, done),
          read(z.object({ predictorJson: z.string() })),
        )
      ).predictorJson,
    trainingWorkers: async () =>
      (
        await caller.unary(
          (deadline, done) => service.listWorkers({}, deadline, done),
          read(workersSchema),
        )
      ).workers,
  };
}

function read<Value>(schema: z.ZodType<Value>): (wire: unknown) => Result<Value, string> {
  return (wire) => {
    const parsed = schema.safeParse(wire);
    return parsed.success ? ok(parsed.data) : fail(parsed.error.issues[0]?.message ?? 'unreadable');
  };
}
