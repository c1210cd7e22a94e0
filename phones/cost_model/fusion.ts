import type { OperatorCost } from '../../model/cost/network_cost';

const activations = new Set(['Relu', 'Clip', 'RELU', 'RELU6']);
/** Operators with a place for an activation inside. */
const hosts = new Set([
  'Conv',
  'Gemm',
  'MatMul',
  'Add',
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'ADD',
]);
const floatBytes = 4;

/** Every runtime computes an activation inside the operator before it; the file lists them apart. */
export function fuseActivations(operators: readonly OperatorCost[]): readonly OperatorCost[] {
  const fused: OperatorCost[] = [];
  for (const operator of operators) {
    const host = fused.at(-1);
    if (
      host === undefined ||
      !activations.has(operator.kind) ||
      !hosts.has(host.kind) ||
      host.outputBytes !== operator.inputBytes
    ) {
      fused.push(operator);
      continue;
    }
    // Between a convolution and its activation a QDQ file has floats that never exist in memory.
    const toEightBit = operator.inputBytes === floatBytes * operator.outputBytes;
    fused[fused.length - 1] = {
      ...host,
      outputBytes: operator.outputBytes,
      quantized: host.quantized || toEightBit,
    };
  }
  return fused;
}
