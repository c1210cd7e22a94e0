import type { Tool } from '../system/phone_system';
import { benchmarkModel } from './benchmark_model';
import type { Machine } from './machine';
import { onnxruntimePerfTest } from './onnxruntime_perf_test';

/** The benchmark tools by the file name under which they are pushed. */
export function phoneTools(machine: Machine): ReadonlyMap<string, Tool> {
  return new Map<string, Tool>([
    ['onnxruntime_perf_test', (run) => onnxruntimePerfTest(run, machine)],
    ['benchmark_model', (run) => benchmarkModel(run, machine)],
  ]);
}
