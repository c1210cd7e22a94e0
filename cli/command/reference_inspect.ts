import path from 'node:path';
import type { Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import type { Anatomy } from '../../model/reference/anatomy';
import type { CutTensor } from '../../model/reference/cut_tensor';
import { resolveCuts } from '../../model/reference/cuts';
import { extractParts, type ReferencePart } from '../../model/reference/extract';
import { openData } from '../../predictor/data/open_data';
import { openGraphRunner } from '../../predictor/evaluation/graph_runner';
import { measureReference } from '../../predictor/evaluation/reference_accuracy';
import { cutChoice, readAnatomy, withCutOptions, type CutOptions } from '../input/cut_options';
import { wholeNumberFrom } from '../input/number_option';
import type { OnnxFile } from '../input/onnx_file';
import { readReferenceNetwork } from '../input/reference_file';
import { addSampleOptions, type SampleOptions } from '../input/sample_options';
import { measuredOf, measuredOnData, type MeasuredFile } from '../input/measured_reference';
import {
  describeCandidates,
  describeModel,
  describeNodes,
  describeParts,
  describeStages,
} from '../output/anatomy';
import { anatomyToJson } from '../output/anatomy_json';
import { jsonOr } from '../output/json_or';
import { startProgress } from '../output/progress';
import {
  accuracyRefusal,
  accuracyToJson,
  describeAccuracy,
  type MeasuredAccuracy,
} from '../output/reference_accuracy_report';
import type { Terminal } from '../output/terminal';

interface InspectOptions extends CutOptions, SampleOptions {
  readonly nodes?: boolean;
  readonly data?: string;
  readonly images: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const mostImages = 10_000_000;

export function registerReferenceInspect(reference: Command, terminal: Terminal): void {
  const command = withCutOptions(reference.command('inspect <model>'))
    .description(
      'print what a network is made of, where it may be cut, and a split into stem, blocks and head; of a reference.yaml, or with --data, how well it does on its validation images',
    )
    .option(
      '--nodes',
      'print each node too: its output, multiply-accumulates, parameters and activation bytes',
    )
    .option(
      '--data <path>',
      'measure the accuracy on labelled images: a folder of class folders, of images and masks, of CIFAR files, of .npy files, or an .npz',
    )
    .option(
      '--images <n>',
      'validation images to measure on, at most',
      wholeNumberFrom({ min: 1, max: mostImages }),
      2_000,
    )
    .option('--strict', 'refuse images that cannot be read, in place of leaving them out');
  addSampleOptions(command)
    .option('--json', 'machine-readable output')
    .action(async (modelPath: string, options: InspectOptions) => {
      const found = await inspected(modelPath, options);
      const measured =
        found.measured === undefined
          ? undefined
          : await measureWithProgress(found.measured, options, terminal);
      terminal.print(
        jsonOr(
          options,
          {
            ...anatomyToJson(found),
            ...(measured === undefined ? {} : { accuracy: accuracyToJson(measured) }),
          },
          () =>
            [
              describe(found, options.nodes === true),
              ...(measured === undefined ? [] : [describeAccuracy(measured)]),
            ].join('\n\n'),
        ),
      );
      const refusal = measured === undefined ? undefined : accuracyRefusal(measured);
      if (refusal !== undefined) throw new BadInputError(`${modelPath}: ${refusal}`);
    });
}

interface InspectedData {
  readonly file: OnnxFile;
  readonly anatomy: Anatomy;
  readonly cuts: readonly CutTensor[];
  readonly parts: readonly ReferencePart[];
  readonly problem: string | null;
  readonly measured: MeasuredFile | undefined;
}

async function inspected(modelPath: string, options: InspectOptions): Promise<InspectedData> {
  const isDocument = ['.yaml', '.yml'].includes(path.extname(modelPath));
  const network = isDocument ? await readReferenceNetwork(modelPath) : undefined;
  const { file, anatomy } =
    network === undefined
      ? await readAnatomy(modelPath, options)
      : { file: network.onnx, anatomy: network.anatomy };
  const isAsked = options.blocks !== undefined || options.cuts !== undefined;
  const split =
    network === undefined || isAsked
      ? resolveCuts(cutChoice(options), anatomy)
      : ({ ok: true, value: network.cuts } as const);
  if (!split.ok && isAsked) throw new BadInputError(`${modelPath}: ${split.error}`);
  const cuts = split.ok ? split.value : [];
  const measured =
    network !== undefined
      ? await measuredOf(network, options.data)
      : options.data === undefined
        ? undefined
        : await measuredOnData(file, options.data, options);
  return {
    file,
    anatomy,
    cuts,
    parts: split.ok ? extractParts(anatomy.profile, cuts) : [],
    problem: split.ok ? null : split.error,
    measured,
  };
}

function describe({ file, anatomy, cuts, parts, problem }: InspectedData, nodes: boolean): string {
  return [
    describeModel(file, anatomy.profile),
    ...(nodes ? [describeNodes(anatomy.profile)] : []),
    ...(anatomy.candidates.length > 0
      ? [describeStages(anatomy), describeCandidates(anatomy, cuts)]
      : []),
    problem === null ? describeParts(parts, anatomy.profile) : `no split: ${problem}`,
  ].join('\n\n');
}

async function measureWithProgress(
  { graph, task, form, data, labels }: MeasuredFile,
  options: { readonly images: number; readonly strict?: boolean },
  terminal: Terminal,
): Promise<MeasuredAccuracy> {
  const { validation, classNames } = await openData(data, task, form, {
    strict: options.strict === true,
    note: terminal.note,
  });
  const progress = startProgress(terminal);
  const runner = await openGraphRunner(graph);
  try {
    const accuracy = await measureReference(
      { runner, images: validation, task, form },
      options.images,
      (done, total) => progress.update('measuring', done, total, ''),
    );
    return { accuracy, task, form, classNames: labels ?? classNames };
  } finally {
    progress.stop();
    await runner.close();
  }
}
