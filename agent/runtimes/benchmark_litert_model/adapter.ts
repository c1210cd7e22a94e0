import { join } from 'node:path/posix';
import type { Offer } from '../../../common/target';
import type { RuntimeAdapter } from '../tool/runtime_adapter';
import type { ToolBundle } from '../tool/tool_bundle';
import { benchmarkLitertModelCommand } from './command';
import { parseBenchmarkLitertModel } from './output';

/**
 * LiteRT's newer benchmark_model on a phone: CPU and GPU, and the NPU through a dispatch library and a plugin that
 * compiles the model on the phone.
 * https://github.com/google-ai-edge/LiteRT/blob/main/litert/tools/benchmark_litert_model.h
 */
export function benchmarkLitertModel(tools: ToolBundle, offers: readonly Offer[]): RuntimeAdapter {
  return {
    name: 'benchmark_litert_model',
    formats: ['tflite'],
    offers,
    boundary: 'litert CompiledModel::Run',
    tools,
    command: (invocation) =>
      benchmarkLitertModelCommand(invocation, join(invocation.workFolder, tools.folder)),
    parse: parseBenchmarkLitertModel,
  };
}
