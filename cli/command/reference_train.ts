import type { Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { formatYaml } from '../../platform/config/yaml';
import type { NetworkSpec } from '../../model/block/network_spec';
import { writeOnnx } from '../../model/onnx/write';
import { createSpace } from '../../model/space/create_space';
import { shippedSpaceDocument } from '../../model/space/load_space';
import { numberFrom, wholeNumberFrom } from '../input/number_option';
import type { Terminal } from '../output/terminal';
import { writeWholeFolder } from '../output/whole_file';

interface TrainOptions {
  readonly output: string;
  readonly epochs: number;
  readonly train: number;
  readonly validation: number;
  readonly learningRate: number;
  readonly seed: number;
}

const mostImages = 10_000_000;

/** Half of the values of generated images lie below it, about as far as they spread. */
const sampleForm = {
  cropShare: 1,
  channelOrder: 'rgb',
  scale: 'unit',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
} as const;

export function registerReferenceTrain(reference: Command, terminal: Terminal): void {
  reference
    .command('train <space> <architecture>')
    .description(
      'train an architecture of a shipped space on generated images, as a reference for trying things out',
    )
    .requiredOption('-o, --output <dir>', 'the folder to make: model, cuts, data description')
    .option(
      '--epochs <passes>',
      'over the images; a fraction is part of one',
      numberFrom({ min: 0.01, max: 10_000 }),
      16,
    )
    .option(
      '--train <n>',
      'images to train on',
      wholeNumberFrom({ min: 64, max: mostImages }),
      16_000,
    )
    .option(
      '--validation <n>',
      'images to measure on',
      wholeNumberFrom({ min: 64, max: mostImages }),
      10_000,
    )
    .option('--learning-rate <rate>', 'of AdamW', numberFrom({ min: 1e-6, max: 1 }), 0.003)
    .option('--seed <n>', 'of images and weights', wholeNumberFrom({ min: 0, max: 2 ** 31 }), 1)
    .action(async (space: string, architecture: string, options: TrainOptions) => {
      await train({ space, architecture }, options, terminal);
    });
}

async function train(
  { space, architecture }: { readonly space: string; readonly architecture: string },
  options: TrainOptions,
  terminal: Terminal,
): Promise<void> {
  const network = networkSpecOf(space, architecture);
  const form = { ...sampleForm, size: network.imageSize };
  const task = { kind: 'classification', classes: network.classes } as const;
  const source = {
    kind: 'generated',
    seed: options.seed,
    train: options.train,
    validation: options.validation,
  } as const;
  // Loaded here, not above: the other commands start without the weight of TensorFlow.js.
  const { openEngine } = await import('../../predictor/engine/open_engine.js');
  const { openData } = await import('../../predictor/data/open_data.js');
  const { createNormalizer } = await import('../../predictor/data/normalize.js');
  const { trainReference } = await import('../../predictor/pretrain/train_reference.js');
  const engine = await openEngine();
  terminal.note(`${engine.kind}: ${engine.reason}`);
  const { graph, cuts, accuracyPercent } = await trainReference(network, {
    engine,
    data: await openData(source, task, form),
    normalize: createNormalizer(form),
    task,
    recipe: recipeOf(options),
    onEpoch: (epoch, loss, accuracy) =>
      terminal.note(`epoch ${epoch}: loss ${loss.toFixed(3)}, ${accuracy.toFixed(1)} %`),
  });
  const description = {
    name: network.name,
    model: 'reference.onnx',
    cuts,
    space,
    task,
    sample: form,
    data: source,
  };
  await writeWholeFolder(
    options.output,
    new Map([
      [
        'reference.onnx',
        writeOnnx(graph, { weights: `trained on generated images, ${architecture}` }),
      ],
      ['reference.yaml', Buffer.from(formatYaml(description))],
    ]),
    '-o DIR',
  );
  terminal.print(
    `${options.output}: ${accuracyPercent.toFixed(2)} % of ${options.validation} images`,
  );
}

function networkSpecOf(space: string, architecture: string): NetworkSpec {
  const document = shippedSpaceDocument(space);
  const blocks = createSpace(document, space).blocksOf?.(architecture);
  if (document.kind === 'cells' || blocks === undefined)
    throw new BadInputError(`${space}: its networks are no blocks in a row; choose another space`);
  const { name, stem, head, classes, imageSize } = document;
  return {
    name,
    stem,
    head,
    classes,
    imageSize: typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize,
    blocks: blocks.map(({ spec }) => spec),
  };
}

function recipeOf({ epochs, learningRate, seed }: TrainOptions) {
  return {
    epochs,
    batch: 64,
    optimizer: 'adamw',
    learningRate,
    weightDecay: 1e-4,
    schedule: 'cosine',
    warmupShare: 0.05,
    clipNorm: 5,
    augmentation: 'standard',
    seed,
    distillationShare: 0,
    temperature: 1,
    trainStem: true,
    trainHead: true,
    patienceEpochs: null,
    quantizationAware: false,
  } as const;
}
