import { BadInputError } from '../../common/bad_input';
import { readRegularFile } from '../../model/calibration/regular_file';
import { readEncodings } from '../../model/quantize/aimet/read';
import { toAimet } from '../../model/quantize/aimet/to_aimet';
import { writeEncodings, type QuantScheme } from '../../model/quantize/aimet/write';
import type { PostTraining, QuantizedNetwork } from '../../model/quantize/post_training';
import {
  quantizationJson,
  quantizationMarkdown,
  type QuantizationReport,
} from '../output/quantization_report';
import { writeWholeFile } from '../output/whole_file';
import type { QuantizeOptions, RangeMethodName } from './quantize_options';

/** Some hundred bytes for each of a million scales. */
const largestEncodingsBytes = 2 ** 28;

const schemes: Readonly<Record<RangeMethodName, QuantScheme>> = {
  'min-max': 'post_training_tf',
  percentile: 'post_training_percentile',
  mse: 'post_training_tf_enhanced',
  sqnr: 'post_training_tf_enhanced',
};

interface QuantizedFiles {
  readonly network: QuantizedNetwork;
  readonly onnx: Uint8Array;
  readonly tflite: Uint8Array | null;
  readonly report: QuantizationReport;
}

/** The model last: where it is, all that belongs to it is too. */
export async function writeFiles(
  options: QuantizeOptions,
  { network, onnx, tflite, report }: QuantizedFiles,
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

/** The name of what is written beside the .onnx file. */
export function beside(output: string, extension: string): string {
  return `${output.slice(0, -'.onnx'.length)}${extension}`;
}

/** @throws BadInputError that names the file and the field */
export async function readEncodingsFile(path: string): Promise<NonNullable<PostTraining['given']>> {
  const text = Buffer.from(
    await readRegularFile(path, largestEncodingsBytes, 'give an AIMET encodings file'),
  ).toString('utf8');
  const encodings = readEncodings(text);
  if (encodings.ok) return { file: path, encodings: encodings.value };
  throw new BadInputError(`${path}: ${encodings.error}`);
}
