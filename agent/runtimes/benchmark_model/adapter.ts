import { join } from 'node:path/posix';
import type { Offer } from '../../../common/target';
import type { RuntimeAdapter } from '../tool/runtime_adapter';
import type { ToolBundle } from '../tool/tool_bundle';
import { benchmarkModelCommand } from './command';
import { parseBenchmarkModel } from './output';

/** TFLite's (LiteRT's) benchmark_model on a phone, for the units whose libraries are among `tools`. */
export function benchmarkModel(tools: ToolBundle, offers: readonly Offer[]): RuntimeAdapter {
  return {
    name: 'benchmark_model',
    formats: ['tflite'],
    offers,
    boundary: 'tflite Interpreter::Invoke',
    tools,
    command: (invocation) =>
      benchmarkModelCommand(invocation, join(invocation.workFolder, tools.folder)),
    parse: parseBenchmarkModel,
  };
}
