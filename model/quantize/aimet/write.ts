import type { AimetEncoding, AimetEncodings, WrittenVersion } from './aimet_encoding';

/** How the ranges were found, in AIMET's words. */
export type QuantScheme =
  'post_training_tf' | 'post_training_tf_enhanced' | 'post_training_percentile';

interface EncodingsHeader {
  readonly version: WrittenVersion;
  readonly scheme: QuantScheme;
}

/** The file's text. Equal encodings give equal text; what is read back is equal to what was written. */
export function writeEncodings(
  encodings: AimetEncodings,
  { version, scheme }: EncodingsHeader,
): string {
  const sections =
    version === '0.6.1' ? sectionsOfVersion0(encodings) : sectionsOfVersion1(encodings);
  const file = {
    version,
    ...sections,
    quantizer_args: quantizerArguments(encodings, scheme),
    ...(version === '1.0.0' ? { excluded_layers: [] } : {}),
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

function quantizerArguments(
  { activations, parameters }: AimetEncodings,
  scheme: QuantScheme,
): object {
  const most = (encodings: ReadonlyMap<string, AimetEncoding>): number =>
    Math.max(8, ...new Set([...encodings.values()].map(({ bits }) => bits)));
  return {
    activation_bitwidth: most(activations),
    param_bitwidth: most(parameters),
    dtype: 'int',
    is_symmetric: true,
    per_channel_quantization: [...parameters.values()].some(
      ({ granularity }) => granularity === 'channel',
    ),
    quant_scheme: scheme,
  };
}

/** What stays floating point is written as float16: no version here knows 32 bits. */
function sectionsOfVersion0({ activations, parameters, floats }: AimetEncodings): object {
  const channels = ({ bits, isSymmetric, scales, offsets }: AimetEncoding): readonly object[] =>
    scales.map((scale, channel) => {
      const offset = offsets[channel] ?? 0;
      return {
        bitwidth: bits,
        dtype: 'int',
        is_symmetric: isSymmetric ? 'True' : 'False',
        max: scale * (offset + 2 ** bits - 1),
        min: scale * offset,
        offset,
        scale,
      };
    });
  const section = (
    encodings: ReadonlyMap<string, AimetEncoding>,
  ): readonly (readonly [string, readonly object[]])[] =>
    [...encodings].map(([name, encoding]) => [name, channels(encoding)]);
  const kept = floats.map((name) => [name, [{ bitwidth: 16, dtype: 'float' }]] as const);
  return {
    activation_encodings: Object.fromEntries([...section(activations), ...kept]),
    param_encodings: Object.fromEntries(section(parameters)),
  };
}

function sectionsOfVersion1({ activations, parameters, floats }: AimetEncodings): object {
  const entry = ([name, { bits, isSymmetric, granularity, scales, offsets }]: readonly [
    string,
    AimetEncoding,
  ]): object => ({
    name,
    enc_type: granularity === 'tensor' ? 'PER_TENSOR' : 'PER_CHANNEL',
    dtype: 'INT',
    bw: bits,
    is_sym: isSymmetric,
    scale: scales,
    offset: offsets,
  });
  const kept = floats.map((name) => ({ name, enc_type: 'PER_TENSOR', dtype: 'FLOAT', bw: 16 }));
  return {
    activation_encodings: [...[...activations].map(entry), ...kept],
    param_encodings: [...parameters].map(entry),
  };
}
