import type { Unit } from '../../../common/target';
import type { Invocation, RuntimeAdapter, ToolOutput } from '../tool/runtime_adapter';
import { delegationBy } from '../tflite_benchmark/delegation';
import { readBenchmarkSession } from '../tflite_benchmark/session';

/** The delegate's name in the tool's sentence about full delegation; the CPU needs no proof. */
const delegateNames: Readonly<Record<Unit, string | null>> = {
  cpu: null,
  'cpu-xnnpack': null,
  gpu: 'GPU',
  nnapi: 'NNAPI',
  dsp: 'Hexagon',
  npu: 'EXTERNAL',
};

/** The session in what the tool printed; total over any text. */
export function parseBenchmarkModel(
  output: ToolOutput,
  invocation: Invocation,
): ReturnType<RuntimeAdapter['parse']> {
  const delegate = delegateNames[invocation.offer.unit];
  return readBenchmarkSession(output, invocation, {
    name: 'benchmark_model',
    delegationIn: (lines) => (delegate === null ? null : delegationBy(lines, delegate)),
    alternativeFlags: [],
  });
}
