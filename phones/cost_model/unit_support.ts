/**
 * Operators that stay on the CPU because the accelerators' compilers refuse them: data-dependent shapes, control flow,
 * sorting and recurrence. By ONNX's and TFLite's names.
 */
const refused = new Set([
  'NonMaxSuppression',
  'NonZero',
  'Unique',
  'Loop',
  'If',
  'Scan',
  'GRU',
  'LSTM',
  'RNN',
  'Multinomial',
  'RandomNormal',
  'RandomUniform',
  'StringNormalizer',
  'Einsum',
  'Erf',
  'Hardmax',
  'Det',
  'BitShift',
  'WHILE',
  'IF',
  'NON_MAX_SUPPRESSION_V4',
  'NON_MAX_SUPPRESSION_V5',
  'WHERE',
  'UNIQUE',
  'CUSTOM',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
  'MULTINOMIAL',
  'RANDOM_STANDARD_NORMAL',
  'HASHTABLE',
  'SEGMENT_SUM',
]);

/** Whether GPU, DSP and NPU run operators of this kind, by ONNX's or TFLite's name. */
export function acceleratorTakes(kind: string): boolean {
  return !refused.has(kind);
}
