import type { Tool } from '../system/phone_system';
import { benchmarkLitertModel } from './benchmark_litert_model';
import { benchmarkModel } from './benchmark_model';
import type { Machine } from '../machine/machine';
import { onnxruntimePerfTest } from './onnxruntime_perf_test';
import { litertMark } from './tool_files';

/** The benchmark tools by the file name under which they are pushed. Two have one name: the file's content tells which. */
export function phoneTools(machine: Machine): ReadonlyMap<string, Tool> {
  const isLitert = (program: string): boolean =>
    machine.readFile(program)?.includes(litertMark) === true;
  return new Map<string, Tool>([
    ['onnxruntime_perf_test', (run) => onnxruntimePerfTest(run, machine)],
    [
      'benchmark_model',
      (run) =>
        isLitert(run.program) ? benchmarkLitertModel(run, machine) : benchmarkModel(run, machine),
    ],
  ]);
}
