import type { NetworkQuality } from '../../model/quantize/quality/layer_quality';
import { formatTable } from './table';

/** What `farm quantize` did, for people and for scripts. */
export interface QuantizationReport {
  readonly model: string;
  readonly output: string;
  readonly tflite: string | null;
  /** Why no TFLite file is there although one was asked for. */
  readonly tfliteRefusal: string | null;
  readonly calibration: {
    readonly location: string;
    readonly samples: number;
    readonly method: string;
  };
  readonly precision: string;
  readonly weightsPer: string;
  readonly weightMethod: string;
  readonly target: string | null;
  readonly floatBytes: number;
  readonly quantizedBytes: number;
  readonly remarks: readonly string[];
  readonly quality: NetworkQuality;
}

/** How many of the worst layers are worth a line on a screen. */
const shownLayers = 15;

/** For the terminal: the worst layers only. */
export function describeQuantization(report: QuantizationReport): string {
  const { layers } = report.quality;
  const hidden = layers.length - shownLayers;
  return [
    summary(report),
    layerTable(layers.slice(0, shownLayers)),
    ...(hidden > 0 ? [`${String(hidden)} better layers are in the report`] : []),
  ].join('\n\n');
}

/** The whole report as Markdown. */
export function quantizationMarkdown(report: QuantizationReport): string {
  return `# ${report.output}\n\n${summary(report).replaceAll('\n', '  \n')}\n\n\`\`\`\n${layerTable(report.quality.layers)}\n\`\`\`\n`;
}

/** JSON has no infinity: a layer without any error has null. */
export function quantizationJson(report: QuantizationReport): object {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const { quality } = report;
  return {
    ...report,
    quality: {
      ...quality,
      outputSqnrDb: finite(quality.outputSqnrDb),
      layers: quality.layers.map((layer) => ({ ...layer, sqnrDb: finite(layer.sqnrDb) })),
    },
  };
}

function summary({
  model,
  output,
  tflite,
  tfliteRefusal,
  calibration,
  precision,
  weightsPer,
  floatBytes,
  quantizedBytes,
  remarks,
  quality,
}: QuantizationReport): string {
  return [
    `${model} -> ${output}${tflite === null ? '' : ` and ${tflite}`}`,
    `${precision}, one weight scale per ${weightsPer}; ranges by ${calibration.method} over ${String(calibration.samples)} samples of ${calibration.location}`,
    `${(floatBytes / 1e6).toFixed(2)} MB as float, ${(quantizedBytes / 1e6).toFixed(2)} MB quantized`,
    ...(tfliteRefusal === null ? [] : [tfliteRefusal]),
    ...remarks,
    `output SQNR ${quality.outputSqnrDb.toFixed(1)} dB on ${String(quality.samples)} samples`,
  ].join('\n');
}

function layerTable(layers: NetworkQuality['layers']): string {
  return formatTable(
    ['LAYER', 'OPERATOR', 'SQNR DB'],
    layers.map(({ layer, kind, sqnrDb }) => [
      layer,
      kind,
      { value: Number.isFinite(sqnrDb) ? sqnrDb : null, decimals: 1 },
    ]),
  );
}
