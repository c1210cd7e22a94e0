/**
 * How real numbers stand as integers of one tensor, as AIMET writes it: real = scale · (integer + offset) with integers
 * from 0 to 2^bits − 1, so the offset is the negative of an unsigned zero point.
 * https://github.com/quic/aimet (Docs/techniques/encoding_spec.rst)
 */
export interface AimetEncoding {
  readonly bits: number;
  readonly isSymmetric: boolean;
  readonly granularity: 'tensor' | 'channel';
  /** One, or one per channel. */
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

/** What a file says, whatever its version. Names are those of the ONNX graph's tensors. */
export interface AimetEncodings {
  readonly activations: ReadonlyMap<string, AimetEncoding>;
  readonly parameters: ReadonlyMap<string, AimetEncoding>;
  /** Tensors that the file keeps in floating point. */
  readonly floats: readonly string[];
}

/** Versions that are written. The tools of this decade read both; QNN's converters take 0.6.1 everywhere. */
export const writtenVersions = ['0.6.1', '1.0.0'] as const;
export type WrittenVersion = (typeof writtenVersions)[number];

/** Names come from a file: bounded, and on one line. */
export function quoted(name: string): string {
  return `'${name.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, 100)}'`;
}
