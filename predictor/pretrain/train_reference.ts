import { assert } from '../../common/assert';
import type { FinetuningRecipe } from '../../common/training/recipe';
import type { Task } from '../../common/training/reference';
import { inferLayerShapes } from '../../model/block/layer_shape';
import { segmentsOf, type NetworkSpec, type Segment } from '../../model/block/network_spec';
import { trainedSegmentGraph } from '../../model/block/trained_segment';
import type { Graph } from '../../model/onnx/graph';
import { stitchParts } from '../../model/reference/stitch';
import type { LabelledData } from '../data/labelled_images';
import type { TrainingEngine, LayersPart, TrainableNetwork } from '../engine/engine';
import { accuracyOf } from '../evaluation/accuracy';
import { runSteps } from '../finetune/network_training';
import { stepsOf } from '../training/schedule';

interface ReferenceTraining {
  readonly engine: TrainingEngine;
  readonly data: LabelledData;
  readonly normalize: (pixels: Uint8Array) => Float32Array;
  readonly task: Task;
  readonly recipe: FinetuningRecipe;
  readonly onEpoch: (epoch: number, loss: number, accuracyPercent: number) => void;
}

interface TrainedReference {
  readonly graph: Graph;
  /** The tensors between stem, blocks and head. */
  readonly cuts: readonly string[];
  readonly accuracyPercent: number;
}

/** On so many images the epochs are watched. */
const watchedImages = 1_000;

/** Trains a network from drawn weights: a reference where there is no pretrained one. */
export async function trainReference(
  network: NetworkSpec,
  training: ReferenceTraining,
): Promise<TrainedReference> {
  const { engine, data, task } = training;
  const segments = segmentsOf(network);
  const parts = partsOf(network, segments, training.recipe.seed);
  const trained = engine.createNetwork(parts);
  try {
    await fit(trained, parts, training);
    const all = {
      images: data.validation,
      normalize: training.normalize,
      from: 0,
      count: data.validation.count,
    };
    const accuracyPercent = await accuracyOf((input) => trained.infer(input), all, task);
    return { ...stitched(network.name, { segments, parts, trained }), accuracyPercent };
  } finally {
    trained.close();
  }
}

function partsOf(
  { imageSize }: NetworkSpec,
  segments: readonly Segment[],
  seed: number,
): readonly LayersPart[] {
  let shape: readonly number[] = [1, 3, ...imageSize];
  return segments.map(({ name, layers, output }): LayersPart => {
    const inputShape = shape;
    shape = inferLayerShapes(layers, inputShape).get(output) ?? [];
    return { kind: 'layers', name, layers, output, inputShape, weights: undefined, seed };
  });
}

async function fit(
  network: TrainableNetwork,
  parts: readonly LayersPart[],
  { data, normalize, task, recipe, onEpoch }: ReferenceTraining,
): Promise<void> {
  const steps = stepsOf(recipe, data.train.count);
  const perEpoch = Math.max(1, Math.floor(data.train.count / recipe.batch));
  const fitting = network.train({
    kind: recipe.optimizer,
    weightDecay: recipe.weightDecay,
    clipNorm: recipe.clipNorm,
    quantizationAware: false,
    trainedParts: parts.map(({ name }) => name),
  });
  const watched = {
    images: data.validation,
    normalize,
    from: 0,
    count: Math.min(watchedImages, data.validation.count),
  };
  try {
    for (let step = 0; step < steps;) {
      const until = Math.min(steps, (Math.floor(step / perEpoch) + 1) * perEpoch);
      const loss = await runSteps(
        fitting,
        { network, task, recipe, data: { images: data.train, normalize, teacher: undefined } },
        { from: step, until, onStep: () => Promise.resolve() },
      );
      step = until;
      onEpoch(
        Math.ceil(step / perEpoch),
        loss,
        await accuracyOf((input) => network.infer(input), watched, task),
      );
    }
  } finally {
    fitting.close();
  }
}

function stitched(
  name: string,
  {
    segments,
    parts,
    trained,
  }: {
    readonly segments: readonly Segment[];
    readonly parts: readonly LayersPart[];
    readonly trained: TrainableNetwork;
  },
): Pick<TrainedReference, 'graph' | 'cuts'> {
  const graphs = segments.map((segment, index) => ({
    name: segment.name,
    graph: trainedSegmentGraph(
      segment,
      parts[index]?.inputShape ?? [],
      trained.weightsOf(segment.name),
    ),
  }));
  const whole = stitchParts(name, graphs);
  assert(whole.ok, 'segments of a network fit each other');
  return {
    graph: whole.value,
    cuts: graphs.slice(0, -1).map(({ graph }) => graph.outputs[0]?.name ?? ''),
  };
}
