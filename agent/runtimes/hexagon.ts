/** SoCs for which TFLite has a Hexagon delegate. https://www.tensorflow.org/lite/performance/hexagon_delegate */
const dspSocs: ReadonlySet<string> = new Set(['msm8996', 'sdm660', 'msm8998', 'sdm710', 'sdm845', 'sm8150', 'sm8250']);

/**
 * SoCs whose Hexagon has QNN's HTP, from version 68 (SM8350) on.
 * https://github.com/pytorch/executorch/blob/main/backends/qualcomm/serialization/qc_schema.py
 */
const htpSocs: ReadonlySet<string> = new Set(['sm8350', 'sm8450', 'sm8475', 'sm8550', 'sm8635', 'sm8650', 'sm8735', 'sm8750', 'sm8850']);

export type NpuSupport = 'dsp' | 'htp' | 'unknown' | 'none';

/** Which of Qualcomm's ways to its Hexagon a SoC has; `unknown` for a Snapdragon that is in no list, which may try both. */
export function npuSupport(soc: string): NpuSupport {
  const name = /^(?:sm|sdm|sda|msm|apq|qcs|qcm|qrb|sc)\d{3,4}/.exec(soc.toLowerCase())?.[0];
  if (name === undefined) return 'none';
  if (htpSocs.has(name)) return 'htp';
  return dspSocs.has(name) ? 'dsp' : 'unknown';
}
