import type { Unit } from '../../common/target';
import type { ToolRun } from '../system/phone_system';
import type { Machine } from '../machine/machine';
import type { Complaint } from './tool_defects';

export interface PerfTestOptions {
  readonly unit: Unit;
  readonly runs: number | undefined;
  readonly seconds: number;
  readonly threads: number;
  readonly statistics: boolean;
  readonly quantizedOnly: boolean;
  readonly fallbackDisabled: boolean;
  readonly plugins: readonly { readonly name: string; readonly path: string }[];
  readonly plugin: string | undefined;
  readonly modelPath: string;
  readonly resultPath: string | undefined;
}

const valued = new Set([
  'e',
  'm',
  'r',
  't',
  'x',
  'y',
  'c',
  'o',
  'i',
  'C',
  'p',
  'u',
  'T',
  'd',
  'f',
  'F',
  'S',
  'R',
  'plugin_ep_libs',
  'plugin_eps',
  'plugin_ep_options',
  'select_ep_devices',
  'filter_ep_devices',
  'compile_model_path',
]);
const switches = new Set([
  'A',
  'M',
  's',
  'v',
  'I',
  'P',
  'q',
  'z',
  'D',
  'Z',
  'n',
  'l',
  'g',
  'X',
  'h',
  'list_ep_devices',
  'compile_ep_context',
  'compile_only',
  'compile_binary_embed',
]);
/** The tool's own default and a bound: a run count beyond it would hold the phone for hours. */
const defaultRuns = 1000;
const mostRuns = 1_000_000;
const unitByProvider: ReadonlyMap<string, Unit> = new Map([
  ['cpu', 'cpu'],
  ['xnnpack', 'cpu-xnnpack'],
  ['qnn', 'npu'],
  ['nnapi', 'nnapi'],
]);
const seeHelp = "See 'onnxruntime_perf_test --help'.";

/** One dash or two, as Abseil reads them. @returns what the tool prints when it refuses its command line */
export function readPerfTestOptions(words: readonly string[]): PerfTestOptions | string {
  const split = splitWords(words);
  if (typeof split === 'string') return split;
  const { values, flags, operands } = split;
  const [modelPath, resultPath] = operands;
  const unit = values.has('plugin_eps') ? 'npu' : unitByProvider.get(values.get('e') ?? 'cpu');
  const runs = Number(values.get('r') ?? defaultRuns);
  const seconds = Number(values.get('t') ?? 600);
  if (
    modelPath === undefined ||
    operands.length > 2 ||
    unit === undefined ||
    !Number.isInteger(runs) ||
    runs < 1 ||
    runs > mostRuns ||
    !(seconds > 0)
  )
    return seeHelp;
  return {
    unit,
    runs: values.get('m') === 'times' || (values.has('r') && !values.has('m')) ? runs : undefined,
    seconds,
    threads: Math.max(1, Number(values.get('x') ?? 1) || 1),
    statistics: flags.has('s'),
    // QNN's provider computes in half precision only when it is asked to.
    quantizedOnly:
      unit === 'npu' &&
      !`${values.get('i') ?? ''} ${values.get('plugin_ep_options') ?? ''}`.includes(
        'enable_htp_fp16_precision|1',
      ),
    fallbackDisabled: (values.get('C') ?? '').includes('session.disable_cpu_ep_fallback|1'),
    plugins: pairsOf(values.get('plugin_ep_libs') ?? ''),
    plugin: values.get('plugin_eps'),
    modelPath,
    resultPath,
  };
}

interface SplitWords {
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  readonly operands: readonly string[];
}

function splitWords(words: readonly string[]): SplitWords | string {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const operands: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const name = /^--?([A-Za-z]\w*)$/.exec(word)?.[1];
    if (name === undefined) operands.push(word);
    else if (valued.has(name)) {
      index += 1;
      values.set(name, words[index] ?? '');
    } else if (switches.has(name)) flags.add(name);
    else return `ERROR: Unknown command line flag '${name}'.\n`;
  }
  return { values, flags, operands };
}

function pairsOf(text: string): { readonly name: string; readonly path: string }[] {
  return text
    .split(' ')
    .filter((pair) => pair.includes('|'))
    .map((pair) => ({
      name: pair.slice(0, pair.indexOf('|')),
      path: pair.slice(pair.indexOf('|') + 1),
    }));
}

/** Why a plugin cannot serve, if one is asked for. */
export function pluginComplaint(
  run: ToolRun,
  machine: Machine,
  { plugins, plugin }: PerfTestOptions,
): Complaint | undefined {
  const missing = plugins.find(({ path }) => machine.readFile(run.resolve(path)) === undefined);
  if (missing !== undefined) {
    return {
      errors: `Failed to load library ${missing.path} with error: dlopen failed: library "${missing.path}" not found\n`,
      status: 255,
    };
  }
  if (plugin === undefined || plugins.some(({ name }) => name === plugin)) return undefined;
  return {
    errors: 'common_utils.cc:95 [ERROR] [Plugin EP]: No matching EP devices found.\n',
    status: 255,
  };
}
