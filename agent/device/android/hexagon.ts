import { isSharedPlatform } from './soc';

/** SoCs for which TFLite has a Hexagon delegate. https://www.tensorflow.org/lite/performance/hexagon_delegate */
const dspSocs: ReadonlySet<string> = new Set([
  'msm8996',
  'sdm660',
  'msm8998',
  'sdm710',
  'sdm845',
  'sm8150',
  'sm8250',
]);

/**
 * SoCs by the version of their Hexagon, from 68 on, the first that has QNN's HTP.
 * https://github.com/google-ai-edge/LiteRT/blob/main/litert/vendors/qualcomm/supported_soc.csv
 * https://github.com/pytorch/executorch/blob/main/backends/qualcomm/serialization/qc_schema.py
 */
const socsByVersion: ReadonlyMap<number, readonly string[]> = new Map([
  [68, ['sm8350', 'sm7350', 'sm7325', 'sm7315', 'qcm6490']],
  [69, ['sm8450', 'sm8475', 'sm7475', 'sm7450', 'sm7425']],
  [
    73,
    [
      'sm8550',
      'sm8635',
      'sm7675',
      'sm7550',
      'sm7435',
      'sm6450',
      'qcm8550',
      'qcm6690',
      'qcs6690',
      'qcs9100',
      'qcs9075',
      'sc8380',
    ],
  ],
  [75, ['sm8650', 'qcs8625', 'qcs8300', 'qcs8275']],
  [79, ['sm8750']],
  [81, ['sm8850', 'sm8845']],
]);

/** Has HTP, of a version that none of the lists names. */
const htpOfUnknownVersion: ReadonlySet<string> = new Set(['sm8735']);

const versionBySoc: ReadonlyMap<string, number> = new Map(
  [...socsByVersion].flatMap(([version, socs]) => socs.map((soc) => [soc, version] as const)),
);

type NpuSupport = 'dsp' | 'htp' | 'unknown' | 'none';

/** Which of Qualcomm's ways to its Hexagon a SoC has; `unknown` for a Snapdragon that is in no list, or that does not say which it is: these may try both. */
export function npuSupport(soc: string): NpuSupport {
  if (isSharedPlatform(soc)) return 'unknown';
  const name = snapdragon(soc);
  if (name === undefined) return 'none';
  if (versionBySoc.has(name) || htpOfUnknownVersion.has(name)) return 'htp';
  return dspSocs.has(name) ? 'dsp' : 'unknown';
}

/** The version of a SoC's Hexagon that the names of its libraries carry, where it is known. */
export function hexagonVersion(soc: string): number | null {
  return versionBySoc.get(snapdragon(soc) ?? '') ?? null;
}

/** Whether a library is of no use to a phone because it is another Hexagon version's half. */
export function isForOtherHexagon(fileName: string, soc: string): boolean {
  const version = hexagonVersion(soc);
  const named = /^libQnnHtpV(\d{2})(?:Stub|Skel|CalculatorStub)?\.so$/.exec(fileName)?.[1];
  return version !== null && named !== undefined && Number(named) !== version;
}

function snapdragon(soc: string): string | undefined {
  return /^(?:sm|sdm|sda|msm|apq|qcs|qcm|qrb|sc)\d{3,4}/.exec(soc.toLowerCase())?.[0];
}
