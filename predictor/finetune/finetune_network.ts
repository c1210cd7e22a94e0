import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { NetworkOutcome, NetworkTask } from '../../common/training/training_task';
import { assert } from '../../common/assert';
import { reestimateOn } from '../assembly/reestimate_on';
import type { TrainableNetwork } from '../engine/engine';
import { accuracyOf } from '../evaluation/accuracy';
import { openGraphRunner } from '../evaluation/graph_runner';
import { placedBlocks, type Material } from '../material/material';
import type { TaskContext } from '../task/task_context';
import { assembledGraph } from '../assembly/assembled_network';
import { readCheckpoint, type Checkpoint } from './checkpoint';
import { evaluatedImages, evaluateFinished } from './evaluate_finished';
import type { TeacherAnswers } from './network_training';
import { partsOf } from './network_parts';
import { trainNetwork } from './train_network';
import { firstOf, watchedImages } from './watched_images';

/** Enough to see from where a training began. */
const startImages = 1_000;

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
  const network = context.engine.createNetwork(partsOf(task, material.parts, { kept, blocks }));
  try {
    const startAccuracyPercent =
      kept?.startAccuracyPercent ?? (await begin(network, task, material));
    const { weights, course, epochs } = await train(
      { task, material, network },
      { context, kept, checkpointFile, startAccuracyPercent },
    );
    const graph = assembledGraph(task.reference.name, material.parts, {
      specs: task.blocks.map(({ spec }) => spec),
      weightsOf: (part) => {
        const found = weights.get(part);
        assert(found !== undefined, `part ${part} was trained`);
        return found;
      },
    });
    const finished = await evaluateFinished(graph, task, { material, context });
    await rm(checkpointFile, { force: true });
    return {
      kind: 'network',
      ...finished,
      startAccuracyPercent,
      epochs,
      history: course.history,
      seconds: (performance.now() - startedAtMs) / 1000,
    };
  } finally {
    network.close();
  }
}

/** The accuracy from which it begins. */
async function begin(
  network: TrainableNetwork,
  task: NetworkTask,
  material: Material,
): Promise<number> {
  if (!task.fromScratch) await reestimateOn(network, material);
  const images = evaluatedImages(task, material);
  return accuracyOf(
    (input) => network.infer(input),
    { ...images, count: Math.min(images.count, startImages) },
    task.reference.task,
  );
}

interface Trained extends Awaited<ReturnType<typeof trainNetwork>> {
  readonly epochs: number;
}

async function train(
  {
    task,
    material,
    network,
  }: {
    readonly task: NetworkTask;
    readonly material: Material;
    readonly network: TrainableNetwork;
  },
  place: {
    readonly context: TaskContext;
    readonly kept: Checkpoint | undefined;
    readonly checkpointFile: string;
    readonly startAccuracyPercent: number;
  },
): Promise<Trained> {
  const { recipe, reference } = task;
  const watched = watchedImages(task, material.data);
  const images = firstOf(material.data.train, watched?.trainCount ?? material.data.train.count);
  const teacher = await openTeaching(task, material, place.context);
  try {
    const data = { images, normalize: material.normalize, teacher };
    const trained = await trainNetwork(
      { network, task: reference.task, recipe, data },
      { ...place, task, watched },
    );
    const epochs = (trained.course.step * Math.min(recipe.batch, images.count)) / images.count;
    return { ...trained, epochs };
  } finally {
    if (teacher?.kind === 'known') await teacher.answers.close();
    if (teacher?.kind === 'asked') await teacher.runner.close();
  }
}

async function openTeaching(
  { recipe }: NetworkTask,
  material: Material,
  context: TaskContext,
): Promise<TeacherAnswers | undefined> {
  if (recipe.distillationShare === 0) return undefined;
  return recipe.augmentation === 'standard'
    ? { kind: 'asked', runner: await openGraphRunner(material.parts.whole) }
    : { kind: 'known', answers: await material.featuresOf('train', 'answers', context) };
}
