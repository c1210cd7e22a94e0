import os from 'node:os';
import type { Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { fail, ok, type Result } from '../../common/result';
import { openCalibration } from '../../model/calibration/open';
import { writeOnnx } from '../../model/onnx/write';
import type { QuantizationOptions } from '../../model/quantize/options/options';
import {
  quantizePostTraining,
  type PostTraining,
  type QuantizedNetwork,
} from '../../model/quantize/post_training';
import { measureQuality } from '../../model/quantize/quality/layer_quality';
import { requireMemory } from '../../model/quantize/quality/memory';
import { onlyInput } from '../../model/quantize/ranges/calibrate';
import { tfliteRefusal } from '../../model/tflite/refusal';
import { writeTflite } from '../../model/tflite/write';
import { readCanonicalOnnx, type OnnxFile } from '../input/onnx_file';
import { preparationOf } from '../input/sample_options';
import { startProgress } from '../output/progress';
import {
  describeQuantization,
  quantizationJson,
  type QuantizationReport,
} from '../output/quantization_report';
import type { Terminal } from '../output/terminal';
import { jsonOr } from '../output/json_or';
import { beside, readEncodingsFile, writeFiles } from './quantize_files';
import {
  addQuantizeOptions,
  quantizationOptions,
  rangeMethod,
  type QuantizeOptions,
} from './quantize_options';

/** Layers are compared on so many samples: their noise hardly differs from one to the next. */
const qualitySamples = 4;

export function registerQuantize(program: Command, terminal: Terminal): void {
  const command = program
    .command('quantize <model>')
    .description(
      'turn a float ONNX network into the 8-bit one that a phone runs, and report what it cost in precision',
    );
  addQuantizeOptions(command).action(async (modelPath: string, options: QuantizeOptions) =>
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
  const source = await openCalibration(
    options.calibration,
    inputOf(modelPath, file.graph),
    preparationOf(options),
  );
  const refusal = options.tflite === true ? tfliteRefusal(file.graph, settings) : undefined;
  if (refusal !== undefined)
    terminal.note(`${modelPath}: ${refusal}; ${options.output} is written without it`);
  const data = { kind: 'streamed', ...source } as const;
  const network = await withProgress(terminal, (onSample) =>
    quantizePostTraining(file.graph, {
      options: settings,
      calibration: {
        data,
        method: rangeMethod(options),
        threads: os.availableParallelism(),
        onSample,
      },
      equalize: options.equalize === true,
      biasCorrection: options.biasCorrection ?? null,
      given,
    }),
  );
  const onnx = writeOnnx(network.quantized, file.metadata);
  const tflite = tfliteOf(network, { file, options, refusal });
  const report = reportOf(options, {
    model: modelPath,
    samples: source.count,
    settings,
    file,
    network,
    quantizedBytes: onnx.length,
    tflite,
    quality: await measureQuality({ given: file.graph, ...network }, data, qualitySamples),
  });
  await writeFiles(options, { network, onnx, tflite: tflite.ok ? tflite.value : null, report });
  terminal.print(jsonOr(options, quantizationJson(report), () => describeQuantization(report)));
  // The half that could be done is done, and scripts must learn that the other half is not.
  if (!tflite.ok)
    throw new Error(
      `${options.output} is written, ${beside(options.output, '.tflite')} is not: ${tflite.error}`,
    );
}

async function withProgress(
  terminal: Terminal,
  work: (onSample: PostTraining['calibration']['onSample']) => Promise<QuantizedNetwork>,
): Promise<QuantizedNetwork> {
  const progress = startProgress(terminal);
  return work((done, total) => progress.update('calibrating', done, total, '')).finally(() =>
    progress.stop(),
  );
}

/** Null where nobody asked for it. */
function tfliteOf(
  { quantized }: QuantizedNetwork,
  {
    file,
    options,
    refusal,
  }: {
    readonly file: OnnxFile;
    readonly options: QuantizeOptions;
    readonly refusal: string | undefined;
  },
): Result<Uint8Array | null, string> {
  if (options.tflite !== true) return ok(null);
  return refusal === undefined ? writeTflite(quantized, file.metadata) : fail(refusal);
}

interface Reported extends Pick<QuantizationReport, 'model' | 'quantizedBytes' | 'quality'> {
  readonly samples: number;
  readonly settings: QuantizationOptions;
  readonly file: OnnxFile;
  readonly network: QuantizedNetwork;
  readonly tflite: Result<Uint8Array | null, string>;
}

function reportOf(
  options: QuantizeOptions,
  { model, samples, settings, file, network, quantizedBytes, tflite, quality }: Reported,
): QuantizationReport {
  return {
    model,
    output: options.output,
    tflite: tflite.ok && tflite.value !== null ? beside(options.output, '.tflite') : null,
    tfliteRefusal: tflite.ok ? null : tflite.error,
    calibration: { location: options.calibration, samples, method: options.method },
    precision: settings.precision,
    weightsPer: settings.weightsPer,
    weightMethod: settings.weightMethod,
    target: options.target ?? null,
    floatBytes: file.sizeBytes,
    quantizedBytes,
    remarks: [...remarksOf(file), ...network.remarks],
    quality,
  };
}

function remarksOf({ metadata: { weights } }: OnnxFile): readonly string[] {
  return weights === undefined ? [] : [`weights, as the model says: ${weights}`];
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
