import type { BenchmarkChange } from '../../proto/codec/benchmark';
import { open } from 'node:fs/promises';
import type { Option } from 'commander';
import { type Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import { largestArtifactBytes, modelFormats, type ModelFormat } from '../../common/artifact';
import type { DeviceKind } from '../../common/device';
import { defaultPlan, planLimits, type BenchmarkPlan, type JobResult } from '../../common/job';
import { systemErrorCode } from '../../platform/files/system_error';
import { formatTarget, parseTarget } from '../../common/target';
import { decodeResult } from '../../proto/codec/result';
import { wholeNumberOption } from '../input/number_option';
import type { FarmClient } from '../link/farm_client';
import { formatMeasured, type MeasuredTarget } from '../output/measured';
import { isWideTable, type Terminal } from '../output/terminal';
import { withFarm } from './connection';
import { jsonOr } from '../output/json_or';

interface BenchOptions extends Pick<BenchmarkPlan, 'sessions' | 'runs' | 'threads'> {
  readonly on: string;
  readonly warmup: number;
  readonly wide?: boolean;
  readonly json?: boolean;
}

export function registerBench(program: Command, terminal: Terminal): void {
  program
    .command('bench <model>')
    .description('measure any ONNX or TFLite model on targets of the fleet')
    .requiredOption('--on <targets>', 'targets, separated by commas (see: farm targets)')
    .addOption(countOption('--sessions <n>', 'separate runs of the tool', 'sessions'))
    .addOption(countOption('--runs <n>', 'timed inferences per session', 'runs'))
    .addOption(countOption('--warmup <n>', 'untimed inferences per session', 'warmupRuns'))
    .addOption(countOption('--threads <n>', 'CPU threads', 'threads'))
    .option('--wide', 'with sessions, runs, threads and temperatures, as on a wide terminal')
    .option('--json', 'machine-readable output')
    .action(async (modelPath: string, options: BenchOptions, command: Command) => {
      const targets = options.on.split(',').map((text) => formatTarget(parseTarget(text.trim())));
      const format = await checkModelFile(modelPath);
      const plan = {
        ...defaultPlan,
        sessions: options.sessions,
        runs: options.runs,
        warmupRuns: options.warmup,
        threads: options.threads,
      };
      const ends = await withFarm(command, async (farm) => {
        return namingFile(modelPath, async () => {
          const artifact = await farm.uploadFile(modelPath, format);
          return follow(farm, { artifact: { ...artifact, format }, targets, plan }, terminal);
        });
      });
      terminal.print(
        jsonOr(options, ends.map(toJson), () => describe(ends, isWideTable(options, terminal))),
      );
      if (ends.some((end) => end.update.state !== 'measured')) process.exitCode = 1;
    });
}

function countOption(flags: string, description: string, field: keyof typeof planLimits): Option {
  return wholeNumberOption(flags, description, planLimits[field]).default(defaultPlan[field]);
}

/** The cheap checks before anything is sent; the coordinator inspects the model itself. */
async function checkModelFile(modelPath: string): Promise<ModelFormat> {
  const format = modelFormats.find((each) => modelPath.endsWith(`.${each}`));
  if (format === undefined)
    throw new BadInputError(`${modelPath}: expected a .onnx or .tflite file`);
  const file = await open(modelPath).catch((error: unknown) => {
    throw new BadInputError(
      `${modelPath}: cannot be read (${systemErrorCode(error)}); give the path of a model`,
    );
  });
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size === 0)
      throw new BadInputError(
        `${modelPath}: ${found.isFile() ? 'is empty' : 'is no file'}; expected a model`,
      );
    if (found.size > largestArtifactBytes)
      throw new BadInputError(
        `${modelPath}: ${String(found.size)} bytes is over the limit of ${String(largestArtifactBytes)}`,
      );
    return format;
  } finally {
    await file.close();
  }
}

/** The coordinator does not know the file's name; its user does. */
async function namingFile<Value>(modelPath: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof FarmError
      ? new FarmError(error.code, error.message.replace(/^model:/, `${modelPath}:`))
      : error;
  }
}

interface End {
  readonly update: BenchmarkChange;
  readonly result: JobResult | undefined;
}

async function follow(
  farm: FarmClient,
  request: Parameters<FarmClient['runBenchmark']>[0],
  terminal: Terminal,
): Promise<End[]> {
  const ends = new Map<string, End>();
  for await (const update of farm.runBenchmark(request)) {
    if (['measured', 'infeasible', 'abandoned'].includes(update.state))
      ends.set(update.target, { update, result: readResult(update.resultJson) });
    terminal.note(
      `${update.target}: ${[update.state, update.deviceSerial, update.detail].filter((text) => text !== null).join(' ')}`,
    );
  }
  return [...ends.values()];
}

function readResult(json: string | null): JobResult | undefined {
  const result = json === null ? undefined : decodeResult(Buffer.from(json));
  return result?.ok === true ? result.value : undefined;
}

function toJson(end: End): unknown {
  return {
    target: end.update.target,
    state: end.update.state,
    device: end.update.deviceSerial,
    deviceKind: deviceKindOf(end),
    detail: end.update.detail,
    outcome: end.result?.outcome ?? null,
  };
}

function deviceKindOf({ result }: End): DeviceKind | null {
  return result?.outcome.kind === 'measured'
    ? result.outcome.measurement.conditions.deviceKind
    : null;
}

function describe(ends: readonly End[], isWide: boolean): string {
  const measured = ends.flatMap(({ update, result }): MeasuredTarget[] =>
    result?.outcome.kind === 'measured'
      ? [{ target: update.target, measurement: result.outcome.measurement }]
      : [],
  );
  const failures = ends
    .filter(({ update }) => update.state !== 'measured')
    .map(
      ({ update }) =>
        `${update.target}: ${[update.state, update.detail].filter((text) => text !== null).join(': ')}`,
    );
  return [...(measured.length > 0 ? [formatMeasured(measured, { isWide })] : []), ...failures].join(
    '\n',
  );
}
