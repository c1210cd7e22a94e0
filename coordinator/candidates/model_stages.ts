import type { ArtifactDigest, ModelFormat } from '../../common/artifact';
import { assert } from '../../common/assert';
import { candidateFault, type CandidateFault } from '../../common/fault';
import { fail, ok, type Result } from '../../common/result';
import type { ProcessFailure, ProcessTask } from '../../platform/processes/process_failure';
import type { ArtifactStore, StoredArtifact } from '../../platform/artifacts/artifact_store';
import type { BuildFailure, PreparedCosts, PreparedModel } from './candidate_preparation';
import type { Scheme } from './scheme';
import type { Stage, StageLimits, StageResult, StageTask } from './stage';
import { weightsStatement } from './weights_statement';
import type { TrainedFiles, WorkerReply, WorkerRequest } from './worker_request';

/** The stages that this program's own workers do. */
export interface ModelStages {
  /** The float network, as ONNX. */
  readonly float: Stage;
  /** The network with quantized weights and activations, as ONNX. */
  quantized(scheme: Scheme): Stage;
  /** The same integers as TFLite. */
  readonly tflite: Stage;
}

interface Workers {
  run(
    task: ProcessTask<WorkerRequest>,
    signal: AbortSignal,
  ): Promise<Result<WorkerReply, ProcessFailure>>;
}

export interface ModelStageParts {
  readonly workers: Workers;
  readonly store: Pick<ArtifactStore, 'receive' | 'locate'>;
}

/** One at a time: a worker makes more networks than a shelf of phones measures. As many may wait as all searches may have on their way. */
const limits: StageLimits = { atOnce: 1, waiting: 10_000 };

/** A worker that dies once was unlucky; one that dies of the same network again would go on dying. */
const mostTries = 2;

export function createModelStages(parts: ModelStageParts): ModelStages {
  const stage = (
    { name, version, format }: Pick<Stage, 'name' | 'version'> & { readonly format: ModelFormat },
    requestOf: (task: StageTask, place: string) => Promise<Result<WorkerRequest, BuildFailure>>,
  ): Stage => ({
    name,
    version,
    limits,
    run: (task, signal) => {
      const perform = async (place: string): Promise<Made> => {
        const request = await requestOf(task, place);
        return request.ok ? make(parts.workers, request.value, { task, name, signal }) : request;
      };
      return intoStore(parts.store, { format, perform, task });
    },
  });
  return {
    float: stage({ name: 'float', version: 1, format: 'onnx' }, async ({ network }, place) => {
      const files = await trainedFiles(network, parts.store);
      return files.ok ? ok({ kind: 'float', network, files: files.value, place }) : files;
    }),
    quantized: (scheme) =>
      stage({ name: scheme, version: 1, format: 'onnx' }, async (task, place) => {
        const input = await inputOf(task, parts.store);
        const { seed } = task.network.model;
        const weights = statementOf(task);
        return input.ok
          ? ok({ kind: 'quantize', scheme, seed, weights, input: input.value, place })
          : input;
      }),
    tflite: stage({ name: 'tflite', version: 1, format: 'tflite' }, async (task, place) => {
      const input = await inputOf(task, parts.store);
      const weights = statementOf(task);
      return input.ok ? ok({ kind: 'tflite', weights, input: input.value, place }) : input;
    }),
  };
}

type Made = Result<
  StoredArtifact & { readonly costs: Partial<PreparedCosts> },
  CandidateFault | BuildFailure
>;

interface StageWork {
  readonly task: StageTask;
  readonly name: string;
  readonly signal: AbortSignal;
}

async function make(
  workers: Workers,
  request: WorkerRequest,
  { task, name, signal }: StageWork,
): Promise<Made> {
  const what = `building ${task.network.architecture} (${name})`;
  let reply = await workers.run({ request, what }, signal);
  for (let tries = 1; tries < mostTries && !reply.ok && reply.error.kind === 'crashed'; tries += 1)
    reply = await workers.run({ request, what }, signal);
  if (!reply.ok) return reply;
  return reply.value.kind === 'made'
    ? ok(reply.value)
    : fail(candidateFault(reply.value.code, reply.value.message));
}

async function intoStore(
  store: ModelStageParts['store'],
  {
    format,
    perform,
    task,
  }: {
    readonly format: ModelFormat;
    readonly perform: (place: string) => Promise<Made>;
    readonly task: StageTask;
  },
): Promise<StageResult> {
  const made = await store.receive(perform);
  if (!made.ok) return made;
  const { digest, sizeBytes, costs } = made.value;
  return ok({
    artifact: { digest, sizeBytes, format },
    costs: completeCosts(task.previous, costs),
  });
}

/** What a stage cannot tell is as the stage before told it. */
function completeCosts(
  previous: PreparedModel | undefined,
  told: Partial<PreparedCosts>,
): PreparedCosts {
  const { macs, parameters, peakActivationBytes } = { ...previous?.costs, ...told };
  assert(
    macs !== undefined && parameters !== undefined && peakActivationBytes !== undefined,
    'the first stage tells all costs',
  );
  return { macs, parameters, peakActivationBytes };
}

async function inputOf(
  { previous }: StageTask,
  store: Pick<ArtifactStore, 'locate'>,
): Promise<Result<{ readonly digest: string; readonly file: string }, BuildFailure>> {
  assert(previous !== undefined, 'a stage before this one has made its input');
  const { digest } = previous.artifact;
  const file = await located(digest, store);
  return file.ok ? ok({ digest, file: file.value }) : file;
}

/** Undefined for a network whose weights are drawn. */
async function trainedFiles(
  { trained }: StageTask['network'],
  store: Pick<ArtifactStore, 'locate'>,
): Promise<Result<TrainedFiles | undefined, BuildFailure>> {
  if (trained === undefined) return ok(undefined);
  const model = await located(trained.model, store);
  if (!model.ok) return model;
  const weights: string[] = [];
  for (const digest of trained.weights) {
    const file = await located(digest, store);
    if (!file.ok) return file;
    weights.push(file.value);
  }
  return ok({ model: model.value, weights });
}

async function located(
  digest: ArtifactDigest,
  store: Pick<ArtifactStore, 'locate'>,
): Promise<Result<string, BuildFailure>> {
  const file = await store.locate(digest);
  return file.ok
    ? ok(file.value)
    : fail({ kind: 'failed', message: `the store has dropped artifact ${digest} meanwhile` });
}

function statementOf({ network: { model, trained } }: StageTask): string {
  return weightsStatement({ model, trained });
}
