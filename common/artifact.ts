/** Immutable bytes named by the lower-case hexadecimal SHA-256 of their content. */
export type ArtifactDigest = string;

export const modelFormats = ['onnx', 'tflite'] as const;
export type ModelFormat = (typeof modelFormats)[number];

export interface Artifact {
  readonly digest: ArtifactDigest;
  readonly sizeBytes: number;
  readonly format: ModelFormat;
}

/** Models above this are refused: protobuf's own limit, and more than a phone benchmark should push. */
export const largestArtifactBytes = 2 * 1024 ** 3 - 1;

/** Also what makes a digest safe as a file name. */
export function isArtifactDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
