/**
 * Hexagon versions by the SoC's model number, from Qualcomm's public tables of supported Snapdragon devices. TFLite's
 * Hexagon delegate knows versions up to 66; QNN's HTP backend begins with 68.
 * https://docs.qualcomm.com/bundle/publicresource/topics/80-63442-50/overview.html
 */
const versionBySoc: Readonly<Record<string, number>> = {
  msm8998: 62,
  sdm845: 65,
  sm8150: 66,
  sm8250: 66,
  sm8350: 68,
  sm8450: 69,
  sm8475: 69,
  sm8550: 73,
  sm8650: 75,
  sm8750: 79,
  sm8850: 81,
};

export type NpuSupport = 'dsp' | 'htp' | 'unknown' | 'none';

/** Which of Qualcomm's ways to its Hexagon a SoC has; `unknown` for a Snapdragon that is not in the table. */
export function npuSupport(soc: string): NpuSupport {
  const name = soc.toLowerCase();
  const version = /^[a-z]{2,4}\d{3,4}/.exec(name)?.[0];
  const known = version === undefined ? undefined : versionBySoc[version];
  if (known !== undefined) return known >= 68 ? 'htp' : 'dsp';
  return /^(?:sm|sdm|msm|qcs|qcm|sc)\d/.test(name) ? 'unknown' : 'none';
}
