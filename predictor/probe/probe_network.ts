import type { ProbeOutcome, ProbeTask } from '../../common/training/training_task';
import { assembledParts } from '../assembly/assembled_network';
import { reestimateOn } from '../assembly/reestimate_on';
import { createNsrMeter } from '../distill/block_nsr';
import type { TrainableNetwork } from '../engine/engine';
import type { Features } from '../features/feature_store';
import { placedBlocks, type Material } from '../material/material';
import type { TaskContext } from '../task/task_context';
import { createDivergenceMeter } from './divergence';

const samplesAtOnce = 100;

/** How an assembled network that nobody has trained answers, beside the reference. */
export async function probeNetwork(
  task: ProbeTask,
  material: Material,
  context: TaskContext,
): Promise<ProbeOutcome> {
  const startedAtMs = performance.now();
  const blocks = await placedBlocks(task.blocks, context);
  const network = context.engine.createNetwork(assembledParts(material.parts, blocks, 1));
  const cuts: Features[] = [];
  const answers = await material.featuresOf('validation', 'answers', context);
  try {
    for (let cut = 1; cut <= blocks.length; cut += 1)
      cuts.push(await material.featuresOf('validation', cut, context));
    const look = { network, material, context, cuts, answers, images: task.images };
    const before = await compare(look);
    await reestimateOn(network, material);
    const { divergence, agreementPercent, chainedNsr } = await compare(look);
    return {
      kind: 'probe',
      divergence,
      divergenceAsAssembled: before.divergence,
      agreementPercent,
      chainedNsr,
      seconds: (performance.now() - startedAtMs) / 1000,
    };
  } finally {
    network.close();
    for (const features of [answers, ...cuts]) await features.close();
  }
}

interface Look {
  readonly network: TrainableNetwork;
  readonly material: Material;
  readonly context: TaskContext;
  readonly cuts: readonly Features[];
  readonly answers: Features;
  readonly images: number;
}

async function compare({
  network,
  material,
  context,
  cuts,
  answers,
  images,
}: Look): Promise<Pick<ProbeOutcome, 'divergence' | 'agreementPercent' | 'chainedNsr'>> {
  const count = Math.min(images, answers.count);
  const meter = createDivergenceMeter(material.reference.task.classes);
  const ratios = cuts.map(({ variance }) => createNsrMeter(variance));
  for (let from = 0; from < count; from += samplesAtOnce) {
    const length = Math.min(samplesAtOnce, count - from);
    const indices = Array.from({ length }, (_, index) => from + index);
    // The stem's output comes first, the head's last.
    const [, ...outputs] = network.inferParts(await material.inputsOf('validation', indices));
    const logits = outputs.pop();
    for (const [index, output] of outputs.entries()) {
      const wanted = await cuts[index]?.read(indices);
      if (wanted !== undefined) ratios[index]?.add(output, wanted);
    }
    if (logits !== undefined) meter.add(logits.data, (await answers.read(indices)).data);
    context.progress({ share: (from + length) / count, loss: null });
    await context.breathe();
  }
  return { ...meter.result(), chainedNsr: ratios.map((ratio) => ratio.ratio()) };
}
