import type { InspectedModel } from '../tools/machine';

/** Reads a pushed model file as a runtime would. @returns the runtime's complaint if it is none */
export function readModel(bytes: Buffer): InspectedModel | string {
  if (bytes.length === 0) return 'Protobuf parsing failed.';
  return { sizeBytes: bytes.length, cost: { format: 'onnx', operators: [], macs: 0, parameterBytes: 0, peakActivationBytes: 0 } };
}
