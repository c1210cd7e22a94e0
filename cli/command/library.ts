import type { Command } from 'commander';
import type { TrainedOption } from '../../proto/codec/training/library';
import { wholeNumberFrom } from '../input/number_option';
import { readReferenceFile, registerReferenceFile } from '../input/reference_file';
import { pace, watchRun } from '../output/run_watcher';
import { jsonOr } from '../output/json_or';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';

interface LibraryBuildOptions {
  readonly options?: number;
  readonly json?: boolean;
}

const mostOptions = 50_000;

export function registerLibrary(program: Command, terminal: Terminal): void {
  const library = program
    .command('library')
    .description("train what may stand in the place of a reference's blocks (docs/training.md)");
  library
    .command('build <reference.yaml>')
    .description('train the options of all blocks; what was trained before is not trained again')
    .option(
      '--options <n>',
      'so many of each block instead of all, the cheapest and the costliest among them',
      wholeNumberFrom({ min: 2, max: mostOptions }),
    )
    .option('--json', 'machine-readable output')
    .action(async (file: string, options: LibraryBuildOptions, command: Command) => {
      await withFarm(command, async (farm) => {
        const reference = await readReferenceFile(file);
        const { name } = await registerReferenceFile(farm, reference);
        const run = await farm.startRun('library', {
          reference: name,
          space: reference.space,
          recipe: reference.document.library,
          optionsPerBlock: options.options ?? null,
        });
        const done = await watchRun(farm, run.runId, terminal);
        const outcome: unknown = JSON.parse(done.outcomeJson ?? '{}');
        terminal.print(jsonOr(options, outcome, () => describeLibrary(name, outcome)));
      });
    });
  registerStatus(library, terminal);
  registerShow(library, terminal);
}

function registerStatus(library: Command, terminal: Terminal): void {
  library
    .command('status [reference]')
    .description('runs, how far they are, and the workers')
    .option('--json', 'machine-readable output')
    .action(
      async (name: string | undefined, options: { readonly json?: boolean }, command: Command) => {
        await withFarm(command, async (farm) => {
          const runs = (await farm.listRuns()).filter(
            ({ reference }) => name === undefined || reference === name,
          );
          const workers = await farm.trainingWorkers();
          terminal.print(
            jsonOr(options, { runs, workers }, () =>
              [
                formatTable(
                  ['RUN', 'REFERENCE', 'STATE', 'STEP', 'DONE', 'PACE'],
                  runs.map(({ runId, reference, state, steps, detail }) => {
                    const step = steps.at(-1);
                    return [
                      runId,
                      reference,
                      state,
                      step?.name ?? '',
                      step === undefined ? '' : `${step.done + step.failed}/${step.tasks}`,
                      step === undefined ? (detail ?? '') : pace(step),
                    ];
                  }),
                ),
                workers.length === 0
                  ? 'no predictor worker is heard of; start one with: farm predictor'
                  : workers
                      .map(
                        ({ name: worker, engine, processes, workingAt }) =>
                          `${worker}: ${engine}, ${processes} processes${workingAt.length === 0 ? ', idle' : `; ${workingAt.join('; ')}`}`,
                      )
                      .join('\n'),
              ].join('\n\n'),
            ),
          );
        });
      },
    );
}

function registerShow(library: Command, terminal: Terminal): void {
  library
    .command('show <reference>')
    .description('what was trained of each block')
    .option('--json', 'machine-readable output')
    .action(async (name: string, options: { readonly json?: boolean }, command: Command) => {
      await withFarm(command, async (farm) => {
        const trained = await farm.library(name);
        terminal.print(jsonOr(options, trained, () => describeOptions(trained)));
      });
    });
}

function describeLibrary(name: string, outcome: unknown): string {
  const { options, failed } = outcome as {
    readonly options: number;
    readonly failed: readonly {
      readonly block: number;
      readonly option: string;
      readonly reason: string;
    }[];
  };
  return [
    `${name}: ${options - failed.length} of ${options} options are trained; farm library show ${name} lists them`,
    ...failed.map(({ block, option, reason }) => `failed: block ${block + 1} ${option}: ${reason}`),
  ].join('\n');
}

function describeOptions(trained: readonly TrainedOption[]): string {
  const rows = trained.flatMap(({ block, end }) =>
    end.kind === 'done' && end.outcome.kind === 'block' ? [{ block, ...end.outcome }] : [],
  );
  const blocks = [...new Set(rows.map(({ block }) => block))];
  return formatTable(
    ['BLOCK', 'OPTIONS', 'NSR', 'INT8 NSR', 'MACS M', 'SECONDS EACH'],
    blocks.map((block) => {
      const own = rows.filter((row) => row.block === block);
      const range = (of: (row: (typeof own)[number]) => number, digits: number): string => {
        const values = own.map(of);
        return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
      };
      const seconds = own.reduce((sum, row) => sum + row.seconds, 0) / own.length;
      return [
        String(block + 1),
        String(own.length),
        range(({ validationNsr }) => validationNsr, 3),
        range(({ quantizedNsr }) => quantizedNsr, 3),
        range(({ macs }) => macs / 1e6, 2),
        seconds.toFixed(1),
      ];
    }),
  );
}
