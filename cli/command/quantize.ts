import os from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { decimalOf } from '../../common/decimal';
import { fail, ok, type Result } from '../../common/result';
import { formatTarget, parseTarget } from '../../common/target';
import { imageNetPreparation, type ImagePreparation } from '../../model/calibration/images';
import { openCalibration } from '../../model/calibration/open';
import { readRegularFile } from '../../model/calibration/regular_file';
import { writtenVersions, type WrittenVersion } from '../../model/quantize/aimet/aimet_encoding';
import { toAimet } from '../../model/quantize/aimet/network';
import { readEncodings } from '../../model/quantize/aimet/read';
import { writeEncodings, type QuantScheme } from '../../model/quantize/aimet/write';
import { writeOnnx } from '../../model/onnx/write';
import { onlyInput } from '../../model/quantize/ranges/calibrate';
import { measureQuality } from '../../model/quantize/quality/layer_quality';
import { requireMemory } from '../../model/quantize/quality/memory';
import {
  quantizedPrecisions,
  type QuantizationOptions,
  type QuantizedPrecision,
  weightMethods,
  type WeightMethod,
} from '../../model/quantize/options/options';
import {
  biasCorrections,
  quantizePostTraining,
  type PostTraining,
  type QuantizedNetwork,
} from '../../model/quantize/post_training';
import type { RangeMethod } from '../../model/quantize/ranges/range_search';
import { targetRules } from '../../model/quantize/options/target_rules';
import { tfliteRefusal } from '../../model/tflite/refusal';
import { writeTflite } from '../../model/tflite/write';
import {
  inputShapeOption,
  readCanonicalOnnx,
  type InputShapes,
  type OnnxFile,
} from '../input/onnx_file';
import { startProgress } from '../output/progress';
import {
  describeQuantization,
  quantizationJson,
  quantizationMarkdown,
  type QuantizationReport,
} from '../output/quantization_report';
import type { Terminal } from '../output/terminal';
import { writeWholeFile } from '../output/whole_file';
import { jsonOr } from './connection';

const methods = ['min-max', 'percentile', 'mse', 'sqnr'] as const;

interface QuantizeOptions {
  readonly calibration: string;
  readonly output: string;
  readonly method: (typeof methods)[number];
  readonly percentile: number;
  readonly weights: WeightMethod;
  readonly precision?: QuantizedPrecision;
  readonly perTensor?: boolean;
  readonly target?: string;
  readonly input?: InputShapes;
  readonly mean: ImagePreparation['mean'];
  readonly std: ImagePreparation['std'];
  readonly encodings?: string;
  readonly saveEncodings?: string;
  readonly encodingsVersion: WrittenVersion;
  readonly equalize?: boolean;
  readonly biasCorrection?: (typeof biasCorrections)[number];
  readonly tflite?: boolean;
  readonly json?: boolean;
}

/** Layers are compared on so many samples: their noise hardly differs from one to the next. */
const qualitySamples = 4;
/** Some hundred bytes for each of a million scales. */
const largestEncodingsBytes = 2 ** 28;
const schemes: Readonly<Record<(typeof methods)[number], QuantScheme>> = {
  'min-max': 'post_training_tf',
  percentile: 'post_training_percentile',
  mse: 'post_training_tf_enhanced',
  sqnr: 'post_training_tf_enhanced',
};

export function registerQuantize(program: Command, terminal: Terminal): void {
  program
    .command('quantize <model>')
    .description(
      'turn a float ONNX network into the 8-bit one that a phone runs, and report what it cost in precision',
    )
    .requiredOption(
      '--calibration <dir|file>',
      'samples of what the network will see: .npy, .npz, raw float32 (.raw, .bin) or images',
    )
    .requiredOption('-o, --output <file>', 'the .onnx file to write; the report goes beside it')
    .addOption(
      new Option('--method <name>', 'how ranges of activations are chosen')
        .choices(methods)
        .default('min-max'),
    )
    .addOption(
      new Option(
        '--percentile <p>',
        'of --method percentile: the share of values kept at either end',
      )
        .argParser(percentile)
        .default(99.99),
    )
    .addOption(
      new Option('--weights <name>', 'how scales of weights are chosen')
        .choices(weightMethods)
        .default('min-max'),
    )
    .addOption(
      new Option('--precision <name>', 'int8 (default), or w8a16: activations in 16 bits').choices(
        quantizedPrecisions,
      ),
    )
    .option('--per-tensor', 'one scale per weight tensor, not one per output channel')
    .option(
      '--target <target>',
      'the target that it is for, e.g. sm8550/tflite/npu/int8 (default: any phone)',
    )
    .addOption(inputShapeOption())
    .addOption(
      threeOption('--mean <r,g,b>', 'of images on the scale of 0 to 1', imageNetPreparation.mean),
    )
    .addOption(
      threeOption('--std <r,g,b>', 'of images on the scale of 0 to 1', imageNetPreparation.std),
    )
    .option('--encodings <file>', 'take encodings from an AIMET file; calibration fills the gaps')
    .option('--save-encodings <file>', 'write the encodings as an AIMET file')
    .addOption(
      new Option('--encodings-version <version>', 'of the file that is written')
        .choices(writtenVersions)
        .default('1.0.0'),
    )
    .option(
      '--equalize',
      'balance the channel ranges of consecutive layers and absorb high biases first',
    )
    .addOption(
      new Option(
        '--bias-correction <kind>',
        'take the mean error of rounding off the biases',
      ).choices(biasCorrections),
    )
    .option('--tflite', 'write a .tflite file too')
    .option('--json', 'machine-readable output')
    .action(async (modelPath: string, options: QuantizeOptions) =>
      quantize(modelPath, options, terminal),
    );
}

async function quantize(
  modelPath: string,
  options: QuantizeOptions,
  terminal: Terminal,
): Promise<void> {
  if (!options.output.endsWith('.onnx'))
    throw new BadInputError(
      `${options.output}: expected a name that ends in .onnx; choose another with -o FILE`,
    );
  const settings = quantizationOptions(options);
  const given = options.encodings === undefined ? null : await readEncodingsFile(options.encodings);
  const file = await readCanonicalOnnx(
    modelPath,
    options.input ?? new Map<string, readonly number[]>(),
  );
  const source = await openCalibration(options.calibration, inputOf(modelPath, file.graph), {
    mean: options.mean,
    std: options.std,
  });
  const refusal = options.tflite === true ? tfliteRefusal(file.graph, settings) : undefined;
  if (refusal !== undefined)
    terminal.note(`${modelPath}: ${refusal}; ${options.output} is written without it`);
  const data = { kind: 'streamed', ...source } as const;
  const progress = startProgress(terminal);
  const calibration: PostTraining['calibration'] = {
    data,
    method: rangeMethod(options),
    threads: os.availableParallelism(),
    onSample: (done, total) => progress.update('calibrating', done, total, ''),
  };
  const quantizing = quantizePostTraining(file.graph, {
    options: settings,
    calibration,
    equalize: options.equalize === true,
    biasCorrection: options.biasCorrection ?? null,
    given,
  });
  const network = await quantizing.finally(() => progress.stop());
  const onnx = writeOnnx(network.quantized, file.metadata);
  const tflite: Result<Uint8Array | null, string> =
    options.tflite !== true
      ? ok(null)
      : refusal === undefined
        ? writeTflite(network.quantized, file.metadata)
        : fail(refusal);
  const report: QuantizationReport = {
    model: modelPath,
    output: options.output,
    tflite: tflite.ok && tflite.value !== null ? beside(options.output, '.tflite') : null,
    tfliteRefusal: tflite.ok ? null : tflite.error,
    calibration: { location: options.calibration, samples: source.count, method: options.method },
    precision: settings.precision,
    weightsPer: settings.weightsPer,
    weightMethod: settings.weightMethod,
    target: options.target ?? null,
    floatBytes: file.sizeBytes,
    quantizedBytes: onnx.length,
    remarks: [...remarksOf(file), ...network.remarks],
    quality: await measureQuality({ given: file.graph, ...network }, data, qualitySamples),
  };
  await writeFiles(options, { network, onnx, tflite: tflite.ok ? tflite.value : null, report });
  terminal.print(jsonOr(options, quantizationJson(report), () => describeQuantization(report)));
  // The half that could be done is done, and scripts must learn that the other half is not.
  if (!tflite.ok)
    throw new Error(
      `${options.output} is written, ${beside(options.output, '.tflite')} is not: ${tflite.error}`,
    );
}

function remarksOf({ metadata: { weights } }: OnnxFile): readonly string[] {
  return weights === undefined ? [] : [`weights, as the model says: ${weights}`];
}

interface Results {
  readonly network: QuantizedNetwork;
  readonly onnx: Uint8Array;
  readonly tflite: Uint8Array | null;
  readonly report: QuantizationReport;
}

/** The model last: where it is, all that belongs to it is too. */
async function writeFiles(
  options: QuantizeOptions,
  { network, onnx, tflite, report }: Results,
): Promise<void> {
  if (options.saveEncodings !== undefined) {
    const text = writeEncodings(toAimet(network.float, network.encodings), {
      version: options.encodingsVersion,
      scheme: schemes[options.method],
    });
    await writeWholeFile(options.saveEncodings, text, '--save-encodings FILE');
  }
  await writeWholeFile(
    beside(options.output, '.report.json'),
    `${JSON.stringify(quantizationJson(report), null, 2)}\n`,
    '-o FILE',
  );
  await writeWholeFile(
    beside(options.output, '.report.md'),
    quantizationMarkdown(report),
    '-o FILE',
  );
  if (tflite !== null) await writeWholeFile(beside(options.output, '.tflite'), tflite, '-o FILE');
  await writeWholeFile(options.output, onnx, '-o FILE');
}

function beside(output: string, extension: string): string {
  return `${output.slice(0, -'.onnx'.length)}${extension}`;
}

/** The network's input, when calibration can do with the network. @throws BadInputError that names the model */
function inputOf(
  modelPath: string,
  graph: Parameters<typeof onlyInput>[0],
): ReturnType<typeof onlyInput> {
  try {
    requireMemory(graph, os.totalmem());
    return onlyInput(graph);
  } catch (error) {
    throw error instanceof BadInputError
      ? new BadInputError(`${modelPath}: ${error.message}`)
      : error;
  }
}

/** A target settles the precision and what its operators want. */
function quantizationOptions({
  target,
  precision: given,
  perTensor,
  weights,
  tflite,
}: QuantizeOptions): QuantizationOptions {
  const parsed = target === undefined ? undefined : parseTarget(target);
  const wanted = quantizedPrecisions.find((each) => each === parsed?.precision);
  if (parsed !== undefined && (wanted === undefined || (given !== undefined && given !== wanted))) {
    throw new BadInputError(
      `target ${formatTarget(parsed)} runs ${parsed.precision}; expected ${given ?? quantizedPrecisions.join(' or ')}: choose another --target or --precision`,
    );
  }
  const onHost = parsed?.runtime === 'onnxruntime' && parsed.unit === 'cpu';
  const precision = wanted ?? given ?? 'int8';
  const symmetricActivations =
    precision === 'w8a16' && (tflite === true || parsed?.runtime === 'tflite');
  const rules = { ...(onHost ? targetRules.host : targetRules.phone), symmetricActivations };
  return {
    precision,
    weightsPer: perTensor === true ? 'tensor' : 'channel',
    weightMethod: weights,
    rules,
  };
}

function rangeMethod(options: QuantizeOptions): RangeMethod {
  return options.method === 'percentile'
    ? { kind: 'percentile', percentile: options.percentile }
    : { kind: options.method };
}

async function readEncodingsFile(path: string): Promise<NonNullable<PostTraining['given']>> {
  const text = Buffer.from(
    await readRegularFile(path, largestEncodingsBytes, 'give an AIMET encodings file'),
  ).toString('utf8');
  const encodings = readEncodings(text);
  if (encodings.ok) return { file: path, encodings: encodings.value };
  throw new BadInputError(`${path}: ${encodings.error}`);
}

function percentile(text: string): number {
  const value = decimalOf(text);
  if (value > 50 && value <= 100) return value;
  throw new InvalidArgumentError('expected a number above 50, up to 100, for example 99.99');
}

function threeOption(
  flags: string,
  description: string,
  standard: ImagePreparation['mean'],
): Option {
  return new Option(flags, description).default(standard, standard.join(',')).argParser((text) => {
    const [first = NaN, second = NaN, third = NaN, ...rest] = text.split(',').map(decimalOf);
    if (
      rest.length > 0 ||
      ![first, second, third].every((value) => Number.isFinite(value) && Math.abs(value) <= 1e6)
    )
      throw new InvalidArgumentError('expected three numbers, for example 0.485,0.456,0.406');
    if (flags.startsWith('--std') && Math.min(first, second, third) <= 0)
      throw new InvalidArgumentError('expected three numbers above zero');
    return [first, second, third] as const;
  });
}
