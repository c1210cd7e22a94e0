import type { Command } from 'commander';
import { FarmError } from '../../common/farm_error';
import type { PredictorDocument } from '../../search/prediction/predictor_document';
import { numberFrom, wholeNumberFrom } from '../input/number_option';
import { readReferenceFile, registerReferenceFile } from '../input/reference_file';
import { describePredictor } from '../output/predictor_report';
import { watchRun } from '../output/run_watcher';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';

interface PredictorBuildOptions {
  readonly architectures: number;
  readonly heldOut: number;
  readonly retests: number;
  readonly images: number;
  readonly options?: number;
  readonly seed: number;
  readonly minimumTau: number;
  readonly json?: boolean;
}

const mostArchitectures = 1_000;

export function registerPredictorBuild(predictor: Command, terminal: Terminal): void {
  const count = wholeNumberFrom({ min: 0, max: mostArchitectures });
  predictor
    .command('build <reference.yaml>')
    .description(
      'finetune networks from the library briefly, and fit a predictor of accuracies to them',
    )
    .option('--architectures <n>', 'networks that it is fitted to', count, 24)
    .option('--held-out <n>', 'networks that it is judged by', count, 20)
    .option('--retests <n>', 'networks that are finetuned twice, for the ceiling of τ', count, 8)
    .option(
      '--images <n>',
      'validation images that an accuracy is measured on',
      wholeNumberFrom({ min: 10, max: 10_000_000 }),
      5_000,
    )
    .option(
      '--options <n>',
      'of a library with so many options of each block',
      wholeNumberFrom({ min: 2, max: 50_000 }),
    )
    .option(
      '--seed <n>',
      'of the networks that are drawn',
      wholeNumberFrom({ min: 0, max: 2 ** 31 }),
      1,
    )
    .option(
      '--minimum-tau <tau>',
      'below it the command ends with status 1',
      numberFrom({ min: -1, max: 1 }),
      0.6,
    )
    .option('--json', 'machine-readable output')
    .action(async (file: string, options: PredictorBuildOptions, command: Command) => {
      await withFarm(command, async (farm) => {
        const reference = await readReferenceFile(file);
        const { name } = await registerReferenceFile(farm, reference);
        const run = await farm.startRun('predictor', {
          reference: name,
          space: reference.space,
          recipe: reference.document.library,
          finetuning: reference.document.predictor,
          optionsPerBlock: options.options ?? null,
          architectures: options.architectures,
          heldOut: options.heldOut,
          retests: options.retests,
          evaluationImages: options.images,
          seed: options.seed,
        });
        await watchRun(farm, run.runId, terminal);
        report(await farm.predictor(name), options, terminal);
      });
    });
  registerPredictorShow(predictor, terminal);
}

function registerPredictorShow(predictor: Command, terminal: Terminal): void {
  predictor
    .command('show <reference>')
    .description('how well the newest predictor of a reference orders networks')
    .option(
      '--minimum-tau <tau>',
      'below it the command ends with status 1',
      numberFrom({ min: -1, max: 1 }),
      0.6,
    )
    .option('--json', 'machine-readable output')
    .action(
      async (
        name: string,
        options: { readonly minimumTau: number; readonly json?: boolean },
        command: Command,
      ) => {
        await withFarm(command, async (farm) =>
          report(await farm.predictor(name), options, terminal),
        );
      },
    );
}

function report(
  json: string,
  options: { readonly minimumTau: number; readonly json?: boolean },
  terminal: Terminal,
): void {
  const document = JSON.parse(json) as PredictorDocument;
  terminal.print(options.json === true ? json : describePredictor(document));
  const { kendallTau } = document.heldOut;
  if (kendallTau < options.minimumTau)
    throw new FarmError(
      'failed',
      `τ is ${kendallTau.toFixed(2)} on networks held out, below ${options.minimumTau}; a search refuses this predictor unless its minimumTau says otherwise. More architectures, longer finetuning or more validation images help`,
    );
}
