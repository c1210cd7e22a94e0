import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import { metricOf } from '../../common/training/reference';
import type { Logger } from '../../platform/logger';
import type { ArtifactStore } from '../../platform/artifacts/artifact_store';
import { referenceDigest } from '../../proto/codec/training/content_digest';
import { referenceSchema } from '../../proto/codec/training/reference';
import { runToWire, type RunStatus } from '../../proto/codec/training/training_run';
import type { TrainingServiceHandlers } from '../../proto/generated/farm/v1/TrainingService';
import { serverStream, unary } from '../calls/service_call';
import type { Ledger } from '../ledger/ledger';
import { trainedOptions } from './trained_options';
import type { TrainingRuns, WatchedRun } from './training_runs';
import type { WorkerRegister } from './worker_register';

interface TrainingServiceParts {
  readonly ledger: Pick<Ledger, 'references' | 'trainingTasks' | 'predictors'>;
  readonly store: Pick<ArtifactStore, 'sizeBytes'>;
  readonly runs: TrainingRuns;
  readonly workers: Pick<WorkerRegister, 'workers'>;
  readonly logger: Logger;
}

/** `TrainingService`: references, and what is trained of them. */
export function createTrainingService(parts: TrainingServiceParts): TrainingServiceHandlers {
  const { logger, ledger, runs } = parts;
  return {
    RegisterReference: unary(logger, ({ referenceJson }) => register(parts, referenceJson)),
    ListReferences: unary(logger, async () => ({
      referenceJson: (await ledger.references.all()).map((each) => JSON.stringify(each)),
    })),
    StartRun: unary(logger, async ({ kind, requestJson }) =>
      toWire(await runs.start(kind, requestJson)),
    ),
    ListRuns: unary(logger, async () => ({ runs: (await runs.list()).map(toWire) })),
    StopRun: unary(logger, async ({ runId }) => toWire(await runs.stop(runId))),
    WatchRun: serverStream(logger, async ({ runId }, responses) => {
      for (;;) {
        const run = await runs.find(runId);
        const changed = runs.changed(runId, responses.left);
        await responses.send(toWire(run));
        if (run.record.state !== 'running' || responses.left.aborted) return;
        await changed;
      }
    }),
    GetLibrary: unary(logger, async ({ reference }) => ({
      optionJson: (await trainedOptions(ledger, reference)).map((each) => JSON.stringify(each)),
    })),
    GetPredictor: unary(logger, async ({ reference: name }) => {
      const reference = await ledger.references.find(name);
      const newest = reference && (await ledger.predictors.newest(referenceDigest(reference)));
      if (newest === undefined)
        throw new FarmError(
          'not-found',
          `reference "${name.slice(0, 80)}" has no predictor; farm predictor build makes one`,
        );
      return { predictorJson: newest.json };
    }),
    ListWorkers: unary(logger, () => ({
      workers: parts.workers.workers().map((each) => ({
        name: each.worker,
        engine: each.engine,
        engineReason: each.engineReason,
        processes: each.processes,
        workingAt: [...each.workingAt],
        heardAtMs: each.atMs,
      })),
    })),
  };
}

async function register(
  { ledger, store }: Pick<TrainingServiceParts, 'ledger' | 'store'>,
  json: string,
): Promise<{ readonly digest: string }> {
  const parsed = referenceSchema.safeParse(parseJson(json));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadInputError(
      `reference: field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  const reference = parsed.data;
  if ((await store.sizeBytes(reference.model)) === undefined)
    throw new BadInputError(
      `reference ${reference.name}: its model is not in the store; upload it first`,
    );
  if (!(await ledger.references.save(reference)))
    throw new FarmError(
      'conflict',
      `another reference is named ${reference.name} (its model, cuts, ${metricOf(reference.task)} or data differ); give this one another name`,
    );
  return { digest: referenceDigest(reference) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadInputError('reference: is no JSON');
  }
}

function toWire({ record, steps }: WatchedRun): ReturnType<typeof runToWire> {
  const { runId, kind, reference, state, outcomeJson, detail, createdAtMs, endedAtMs } = record;
  const status: RunStatus = {
    runId,
    kind,
    reference,
    state,
    steps: [...steps],
    outcomeJson,
    detail,
    createdAtMs,
    endedAtMs,
  };
  return runToWire(status);
}
