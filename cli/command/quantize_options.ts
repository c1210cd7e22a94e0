import { InvalidArgumentError, Option, type Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { decimalOf } from '../../common/decimal';
import { formatTarget, parseTarget } from '../../common/target';
import { writtenVersions, type WrittenVersion } from '../../model/quantize/aimet/aimet_encoding';
import {
  quantizedPrecisions,
  weightMethods,
  type QuantizationOptions,
  type QuantizedPrecision,
  type WeightMethod,
} from '../../model/quantize/options/options';
import { targetRules } from '../../model/quantize/options/target_rules';
import { biasCorrections } from '../../model/quantize/post_training';
import type { RangeMethod } from '../../model/quantize/ranges/range_search';
import { inputShapeOption, type InputShapes } from '../input/onnx_file';
import { addSampleOptions, type SampleOptions } from '../input/sample_options';

const methods = ['min-max', 'percentile', 'mse', 'sqnr'] as const;
export type RangeMethodName = (typeof methods)[number];

/** What the command line says, as commander gives it. */
export interface QuantizeOptions extends SampleOptions {
  readonly calibration: string;
  readonly output: string;
  readonly method: RangeMethodName;
  readonly percentile: number;
  readonly weights: WeightMethod;
  readonly precision?: QuantizedPrecision;
  readonly perTensor?: boolean;
  readonly target?: string;
  readonly input?: InputShapes;
  readonly encodings?: string;
  readonly saveEncodings?: string;
  readonly encodingsVersion: WrittenVersion;
  readonly equalize?: boolean;
  readonly biasCorrection?: (typeof biasCorrections)[number];
  readonly tflite?: boolean;
  readonly json?: boolean;
}

/** The command with its options: what goes in and out, then how ranges and scales are chosen, then what else is done. */
export function addQuantizeOptions(command: Command): Command {
  return addFileOptions(addSampleOptions(addPrecisionOptions(addCalibrationOptions(command))));
}

function addCalibrationOptions(command: Command): Command {
  return command
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
    );
}

function addPrecisionOptions(command: Command): Command {
  return command
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
    .addOption(inputShapeOption());
}

function addFileOptions(command: Command): Command {
  return command
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
    .option('--json', 'machine-readable output');
}

/** A target settles the precision and what its operators want. */
export function quantizationOptions({
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

/** How ranges of activations are chosen. */
export function rangeMethod(options: QuantizeOptions): RangeMethod {
  return options.method === 'percentile'
    ? { kind: 'percentile', percentile: options.percentile }
    : { kind: options.method };
}

function percentile(text: string): number {
  const value = decimalOf(text);
  if (value > 50 && value <= 100) return value;
  throw new InvalidArgumentError('expected a number above 50, up to 100, for example 99.99');
}
