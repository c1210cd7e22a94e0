import { z } from 'zod';
import { assert } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import { ownValue } from '../../common/own_value';
import { createRandom } from '../../common/random';
import type { Reference } from '../../common/training/reference';
import type {
  NetworkOutcome,
  NetworkTask,
  ProbeTask,
  TrainingEnd,
} from '../../common/training/training_task';
import { finetuningRecipeSchema } from '../../proto/codec/training/recipe';
import { referenceDigest } from '../../proto/codec/training/content_digest';
import { fitPredictor } from '../../search/prediction/fit_predictor';
import type { LibraryOption } from '../../search/prediction/library_option';
import type { MeasuredArchitecture } from '../../search/prediction/predictor_document';
import { spreadSample } from '../../search/prediction/spread_sample';
import type { PredictorRecords } from '../ledger/predictor_records';
import { libraryFields } from './library_run';
import { libraryTasks, openPlannedSpace } from './library_tasks';
import { runKind } from './run_kind';
import type { RunContext, RunKind } from './training_run';

const mostArchitectures = 1_000;
const mostImages = 10_000_000;
/** Of the networks, the share that may fail. */
const mostFailed = 0.2;
/** Of probes: some seconds each. */
const probeImages = 1_000;

const requestSchema = z.strictObject({
  ...libraryFields,
  finetuning: finetuningRecipeSchema,
  architectures: z.int().min(5).max(mostArchitectures),
  heldOut: z.int().min(3).max(mostArchitectures),
  retests: z.int().min(0).max(mostArchitectures),
  evaluationImages: z.int().min(10).max(mostImages),
  seed: z.int().min(0),
});

type PredictorRequest = z.infer<typeof requestSchema>;
type TrainedBlocks = readonly Readonly<Record<string, LibraryOption>>[];

/** Fits an accuracy predictor to networks that are assembled from the library and finetuned briefly, and says how good it is on others. */
export function predictorRun(records: Pick<PredictorRecords, 'save' | 'newest'>): RunKind {
  return runKind('predictor', requestSchema, async (request, context) => {
    const reference = await context.reference(request.reference);
    requireImages(request, reference);
    const space = openPlannedSpace(request, reference);
    const blocks = await trainedBlocks(request, reference, context);
    const counts = blocks.map((options) => Object.keys(options).length);
    const sampled = spreadSample(
      counts,
      request.architectures + request.heldOut,
      createRandom(request.seed),
    ).map((places) => places.map((place, block) => Object.keys(blocks[block] ?? {})[place] ?? ''));
    // Held out are every few of them, so that they are spread as those are that the predictor is fitted to.
    const isHeldOut = (index: number): boolean =>
      Math.floor(((index + 1) * request.heldOut) / sampled.length) >
      Math.floor((index * request.heldOut) / sampled.length);
    const measured = await measureAll(sampled, { request, reference, blocks, context });
    const retests = await retest(sampled, measured, { request, reference, blocks, context });
    const digest = referenceDigest(reference);
    const known = await records.newest(digest);
    const document = fitPredictor({
      reference,
      referenceDigest: digest,
      space: space.name,
      blocks,
      sharedMacs: space.partCosts?.().shared.macs ?? 0,
      version: (known?.version ?? 0) + 1,
      training: measured
        .filter((each, index) => each !== undefined && !isHeldOut(index))
        .filter((each) => each !== undefined),
      heldOut: measured
        .filter((each, index) => each !== undefined && isHeldOut(index))
        .filter((each) => each !== undefined),
      retests,
      textsOf: (architecture) => architecture.split('+'),
    });
    await records.save(digest, JSON.stringify(document));
    const { stages, heldOut, ceilingTau, baselines, spreadPercent, family } = document;
    return {
      version: document.version,
      family,
      stages,
      heldOut,
      ceilingTau,
      baselines,
      spreadPercent,
      measured,
    };
  });
}

/** A retest is on other images than the test: there must be twice as many. Of files nobody has counted them yet. */
function requireImages(
  { evaluationImages, retests }: PredictorRequest,
  { name, data }: Reference,
): void {
  if (data.kind !== 'generated') return;
  const needed = retests > 0 ? 2 * evaluationImages : evaluationImages;
  if (data.validation < needed)
    throw new BadInputError(
      `reference ${name} has ${data.validation} validation images, and ${needed} are needed${retests > 0 ? ': accuracies and retests are measured on different ones' : ''}; ask for fewer (--images), or leave retests out (--retests 0)`,
    );
}

/** Some may fail, and the others are enough; where many do, the reason is no accident. @throws FarmError with the first reason */
function requireMeasured(ends: readonly TrainingEnd[], context: RunContext): void {
  const failed = ends.filter((end) => end.kind === 'failed');
  const [first] = failed;
  if (first === undefined) return;
  const said = `${failed.length} of ${ends.length} networks failed; the first because: ${first.reason}`;
  if (failed.length > ends.length * mostFailed) throw new FarmError('failed', said);
  context.note(said);
}

interface NetworkMeasuring {
  readonly request: PredictorRequest;
  readonly reference: Reference;
  readonly blocks: TrainedBlocks;
  readonly context: RunContext;
}

async function trainedBlocks(
  request: PredictorRequest,
  reference: Reference,
  context: RunContext,
): Promise<TrainedBlocks> {
  const planned = libraryTasks(openPlannedSpace(request, reference), reference, request);
  const ends = await context.perform(
    'blocks',
    planned.map(({ task }) => task),
  );
  const blocks = reference.cuts.slice(1).map(() => new Map<string, LibraryOption>());
  planned.forEach(({ block, choice }, index) => {
    const end = ends[index];
    if (end?.kind !== 'done' || end.outcome.kind !== 'block') return;
    const { validationNsr, quantizedNsr, macs, parameters, weights } = end.outcome;
    blocks[block]?.set(choice.text, {
      nsr: validationNsr,
      quantizedNsr,
      macs,
      parameters,
      weights,
      spec: choice.spec,
    });
  });
  if (blocks.some((options) => options.size === 0))
    throw new FarmError(
      'failed',
      `a block of ${reference.name} has no trained option; farm library status says why`,
    );
  return blocks.map((options) => Object.fromEntries(options));
}

function assembled(texts: readonly string[], blocks: TrainedBlocks): NetworkTask['blocks'] {
  return texts.map((text, block) => {
    const option = ownValue(blocks[block] ?? {}, text);
    assert(option !== undefined, 'networks are drawn of trained options');
    return { spec: option.spec, weights: option.weights };
  });
}

function networkTask(
  texts: readonly string[],
  { request, reference, blocks }: NetworkMeasuring,
  again: boolean,
): NetworkTask {
  return {
    kind: 'network',
    reference,
    blocks: assembled(texts, blocks),
    fromScratch: false,
    recipe: again
      ? { ...request.finetuning, seed: request.finetuning.seed + 1 }
      : request.finetuning,
    evaluationImages: request.evaluationImages,
    evaluationOffset: again ? request.evaluationImages : 0,
    keepsModel: false,
  };
}

async function measureAll(
  sampled: readonly (readonly string[])[],
  measuring: NetworkMeasuring,
): Promise<readonly (MeasuredArchitecture | undefined)[]> {
  const { context, reference, blocks } = measuring;
  const probes = await context.perform(
    'probes',
    sampled.map((texts): ProbeTask => ({
      kind: 'probe',
      reference,
      blocks: assembled(texts, blocks),
      images: probeImages,
    })),
  );
  const networks = await context.perform(
    'networks',
    sampled.map((texts) => networkTask(texts, measuring, false)),
  );
  requireMeasured(networks, context);
  return sampled.map((texts, index) => {
    const outcome = networkOutcome(networks[index]);
    const probe = probes[index];
    if (outcome === undefined) return undefined;
    return {
      architecture: texts.join('+'),
      accuracyPercent: outcome.quantizedAccuracyPercent,
      ...(probe?.kind === 'done' && probe.outcome.kind === 'probe'
        ? { logDivergence: Math.log(Math.max(probe.outcome.divergence, 1e-9)) }
        : {}),
    };
  });
}

async function retest(
  sampled: readonly (readonly string[])[],
  measured: readonly (MeasuredArchitecture | undefined)[],
  measuring: NetworkMeasuring,
): Promise<readonly (readonly [number, number])[]> {
  const again = sampled.slice(0, measuring.request.retests);
  const ends = await measuring.context.perform(
    'retests',
    again.map((texts) => networkTask(texts, measuring, true)),
  );
  requireMeasured(ends, measuring.context);
  return ends.flatMap((end, index): (readonly [number, number])[] => {
    const [first, second] = [
      measured[index]?.accuracyPercent,
      networkOutcome(end)?.quantizedAccuracyPercent,
    ];
    return first === undefined || second === undefined ? [] : [[first, second]];
  });
}

function networkOutcome(end: TrainingEnd | undefined): NetworkOutcome | undefined {
  return end?.kind === 'done' && end.outcome.kind === 'network' ? end.outcome : undefined;
}
