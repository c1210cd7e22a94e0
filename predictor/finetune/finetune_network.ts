import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { NetworkOutcome, NetworkTask } from '../../common/training/training_task';
import type { Graph } from '../../model/onnx/graph';
import { writeOnnx } from '../../model/onnx/write';
import {
  assembledGraph,
  assembledParts,
  blockName,
  headName,
  stemName,
  type PlacedBlock,
} from '../assembly/assembled_network';
import { exportedGraph } from '../assembly/exported_graph';
import { redrawn } from '../assembly/redrawn';
import { reestimateOn } from '../assembly/reestimate_on';
import type { NamedValues, NetworkPart } from '../engine/engine';
import { accuracyOf, type EvaluatedImages } from '../evaluation/accuracy';
import { openGraphRunner } from '../evaluation/graph_runner';
import { quantizeOn } from '../evaluation/quantize_on';
import { placedBlocks, type Material } from '../material/material';
import type { TaskContext } from '../task/task_context';
import { readCheckpoint, type Checkpoint } from './checkpoint';
import { trainNetwork } from './train_network';

const calibrationSamples = 128;

/** An assembled network, trained end to end, and how well it does as float and as int8. */
export async function finetuneNetwork(
  task: NetworkTask,
  material: Material,
  context: TaskContext,
): Promise<NetworkOutcome> {
  const startedAtMs = performance.now();
  const checkpointFile = path.join(context.dataFolder, `${context.taskId}.checkpoint.npz`);
  const kept = await readCheckpoint(checkpointFile);
  const blocks = await placedBlocks(task.blocks, context);
  const network = context.engine.createNetwork(partsOf(task, material, { kept, blocks }));
  const teacher = await openGraphRunner(material.parts.whole);
  const logits = await material.featuresOf('train', 'answers', context);
  try {
    if (kept === undefined && !task.fromScratch) await reestimateOn(network, material);
    const images = evaluatedImages(task, material);
    const { task: what } = task.reference;
    const startAccuracyPercent =
      kept?.startAccuracyPercent ??
      (await accuracyOf(
        (input) => network.infer(input),
        { ...images, count: Math.min(images.count, 1_000) },
        what,
      ));
    const history = await trainNetwork(
      {
        network,
        task: what,
        recipe: task.recipe,
        data: {
          images: material.data.train,
          normalize: material.normalize,
          teacher: { logits, runner: teacher },
        },
      },
      { task, material, context, kept, checkpointFile, startAccuracyPercent },
    );
    const specs = task.blocks.map(({ spec }) => spec);
    const graph = assembledGraph(task.reference.name, material.parts, { specs, network });
    const outcome: NetworkOutcome = {
      kind: 'network',
      accuracyPercent: await accuracyOf((input) => network.infer(input), images, what),
      quantizedAccuracyPercent: await quantizedAccuracy(graph, material, images),
      referenceAccuracyPercent: await accuracyOf((input) => teacher.run(input), images, what),
      evaluationImages: images.count,
      startAccuracyPercent,
      epochs: task.recipe.epochs,
      history,
      model: task.keepsModel ? await context.store(writeOnnx(graph), 'onnx') : null,
      seconds: (performance.now() - startedAtMs) / 1000,
    };
    await rm(checkpointFile, { force: true });
    return outcome;
  } finally {
    await logits.close();
    await teacher.close();
    network.close();
  }
}

function partsOf(
  { fromScratch, recipe }: NetworkTask,
  { parts }: Material,
  {
    kept,
    blocks,
  }: { readonly kept: Checkpoint | undefined; readonly blocks: readonly PlacedBlock[] },
): readonly NetworkPart[] {
  const end = (graph: Graph, name: string): Graph =>
    restored(fromScratch ? redrawn(graph, recipe.seed) : graph, kept?.weights.get(name));
  return assembledParts(
    { ...parts, stem: end(parts.stem, stemName), head: end(parts.head, headName) },
    blocks.map((block, index) => ({
      ...block,
      weights: kept?.weights.get(blockName(index)) ?? block.weights,
    })),
    recipe.seed,
  );
}

function restored(graph: Graph, weights: NamedValues | undefined): Graph {
  return weights === undefined ? graph : exportedGraph(graph, weights);
}

function evaluatedImages(task: NetworkTask, { data, normalize }: Material): EvaluatedImages {
  const from = Math.min(task.evaluationOffset, data.validation.count);
  return {
    images: data.validation,
    normalize,
    from,
    count: Math.min(task.evaluationImages, data.validation.count - from),
  };
}

async function quantizedAccuracy(
  graph: Graph,
  material: Material,
  images: EvaluatedImages,
): Promise<number> {
  const length = Math.min(calibrationSamples, material.data.train.count);
  const samples = await material.inputsOf(
    'train',
    Array.from({ length }, (_, index) => index),
  );
  const runner = await openGraphRunner(await quantizeOn(graph, samples));
  try {
    return await accuracyOf((input) => runner.run(input), images, material.reference.task);
  } finally {
    await runner.close();
  }
}
