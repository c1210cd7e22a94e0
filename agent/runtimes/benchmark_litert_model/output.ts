import type { Unit } from '../../../common/target';
import type { Invocation, RuntimeAdapter, ToolOutput } from '../tool/runtime_adapter';
import { delegationOfSubgraphs } from '../tflite_benchmark/delegation';
import { readBenchmarkSession } from '../tflite_benchmark/session';

/** The kernels that a unit's delegate puts in place of nodes; the CPU needs no proof. */
const kernels: Partial<Record<Unit, RegExp>> = {
  gpu: /gpu|litert|_cl\b|_gl\b|opencl|opengl|vulkan/i,
  npu: /dispatch|npu|qnn|htp/i,
};

/** The session in what the tool printed; total over any text. */
export function parseBenchmarkLitertModel(
  output: ToolOutput,
  invocation: Invocation,
): ReturnType<RuntimeAdapter['parse']> {
  const ours = kernels[invocation.offer.unit];
  return readBenchmarkSession(output, invocation, {
    name: 'benchmark_litert_model',
    delegationIn: (lines) => (ours === undefined ? null : delegationOfSubgraphs(lines, ours)),
    alternativeFlags: [['gpu-precision', 'allow_fp16']],
  });
}
