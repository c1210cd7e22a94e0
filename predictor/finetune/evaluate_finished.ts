import type { NetworkOutcome, NetworkTask } from '../../common/training/training_task';
import { FarmError } from '../../common/farm_error';
import type { Graph } from '../../model/onnx/graph';
import { writeOnnx } from '../../model/onnx/write';
import { defaultQuantization } from '../../model/quantize/options/options';
import { quantizeWithStatistics } from '../../model/quantize/quantize';
import { readRanges, writeRanges } from '../../model/weights/ranges_file';
import { accuracyOf, type EvaluatedImages } from '../evaluation/accuracy';
import { openGraphRunner } from '../evaluation/graph_runner';
import { rangesOn } from '../evaluation/quantize_on';
import type { Material } from '../material/material';
import type { TaskContext } from '../task/task_context';

/** As many as post-training quantization is usually given; more move the ranges hardly. */
const calibrationSamples = 128;

type Finished = Pick<
  NetworkOutcome,
  | 'accuracyPercent'
  | 'quantizedAccuracyPercent'
  | 'referenceAccuracyPercent'
  | 'evaluationImages'
  | 'model'
  | 'ranges'
>;

interface EvaluationPlace {
  readonly material: Material;
  readonly context: TaskContext;
}

/** Those that the task measures on, as far as there are so many. */
export function evaluatedImages(
  task: Pick<NetworkTask, 'evaluationImages' | 'evaluationOffset'>,
  { data: { validation }, normalize }: Pick<Material, 'data' | 'normalize'>,
): EvaluatedImages {
  const from = Math.min(task.evaluationOffset, validation.count);
  const count = Math.min(task.evaluationImages, validation.count - from);
  if (count === 0)
    throw new FarmError(
      'failed',
      `evaluationOffset ${task.evaluationOffset} leaves none of the ${validation.count} validation images; use more, or a smaller offset`,
    );
  return { images: validation, normalize, from, count };
}

/** How well a trained network does, float and int8, as ONNX Runtime runs both. */
export async function evaluateFinished(
  graph: Graph,
  task: NetworkTask,
  { material, context }: EvaluationPlace,
): Promise<Finished> {
  const images = evaluatedImages(task, material);
  const ranges = writeRanges(await calibrated(graph, material));
  // What is measured is what comes of the file, whoever reads it.
  const read = readRanges(ranges);
  if (!read.ok)
    throw new FarmError('failed', `the network's ranges: an archive that ${read.error}`);
  const quantized = quantizeWithStatistics(graph, read.value, defaultQuantization);
  const keep = (bytes: Uint8Array, format: 'onnx' | 'npz') =>
    task.keepsModel ? context.store(bytes, format) : null;
  return {
    accuracyPercent: await accuracyOfGraph(graph, images, { material, context }),
    quantizedAccuracyPercent: await accuracyOfGraph(quantized, images, { material, context }),
    referenceAccuracyPercent: await accuracyOfReference(images, { material, context }),
    evaluationImages: images.count,
    model: await keep(writeOnnx(graph), 'onnx'),
    ranges: await keep(ranges, 'npz'),
  };
}

async function calibrated(graph: Graph, material: Material): ReturnType<typeof rangesOn> {
  const length = Math.min(calibrationSamples, material.data.train.count);
  const indices = Array.from({ length }, (_, index) => index);
  return rangesOn(graph, await material.inputsOf('train', indices));
}

async function accuracyOfGraph(
  graph: Graph,
  images: EvaluatedImages,
  { material, context }: EvaluationPlace,
): Promise<number> {
  const runner = await openGraphRunner(graph);
  try {
    return await accuracyOf(
      (input) => {
        context.progress({ share: 1, loss: null });
        return runner.run(input);
      },
      images,
      material.reference.task,
    );
  } finally {
    await runner.close();
  }
}

/** Its answers are computed once for all tasks of a machine. */
async function accuracyOfReference(
  images: EvaluatedImages,
  { material, context }: EvaluationPlace,
): Promise<number> {
  const answers = await material.featuresOf('validation', 'answers', context);
  try {
    return await accuracyOf((_, indices) => answers.read(indices), images, material.reference.task);
  } finally {
    await answers.close();
  }
}
