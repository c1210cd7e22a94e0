import { join } from 'node:path/posix';
import type { Offer } from '../../../common/target';
import type { RuntimeAdapter } from '../tool/runtime_adapter';
import type { ToolBundle } from '../tool/tool_bundle';
import { perfTestCommand } from './command';
import { qnnPluginAmong } from './files';
import { parsePerfTest } from './output';

/**
 * QNN's provider hands the quantization of inputs and the dequantization of outputs to the CPU (its option
 * offload_graph_io_quantization) only where a fallback to the CPU is allowed, which it never is here: they run on the
 * NPU and are timed. https://github.com/onnxruntime/onnxruntime-qnn/blob/main/onnxruntime/core/providers/qnn/qnn_execution_provider.cc
 */
const npuBoundary = 'onnxruntime Session::Run, inputs quantized and outputs dequantized on the NPU';

/** ONNX Runtime's onnxruntime_perf_test on a phone. */
export function onnxruntimePerfTest(tools: ToolBundle, offers: readonly Offer[]): RuntimeAdapter {
  return {
    name: 'onnxruntime_perf_test',
    formats: ['onnx'],
    offers,
    boundary: offers.some(({ unit }) => unit === 'npu') ? npuBoundary : 'onnxruntime Session::Run',
    tools,
    command: (invocation) =>
      perfTestCommand(invocation, {
        folder: join(invocation.workFolder, tools.folder),
        qnnPlugin: qnnPluginAmong(tools.files),
      }),
    parse: parsePerfTest,
  };
}
