import { join } from 'node:path';
import type { ModelFormat } from '../../../common/artifact';
import type { Runtime } from '../../../common/target';
import type { RuntimeAdapter } from '../tool/runtime_adapter';
import { hostCommand } from './command';
import { hostProgramFolder } from './files';
import { parseHostOutput } from './output';

interface HostTool {
  readonly name: string;
  readonly program: string;
  readonly runtime: Runtime;
  readonly format: ModelFormat;
  readonly boundary: string;
  readonly disqualifying: RegExp | null;
}

const onnxruntimeNode: HostTool = {
  name: 'onnxruntime-node',
  program: 'onnxruntime_bench.js',
  runtime: 'onnxruntime',
  format: 'onnx',
  boundary: 'onnxruntime-node InferenceSession.run',
  disqualifying: null,
};

const litertWasm: HostTool = {
  name: 'litert-wasm',
  program: 'litert_bench.js',
  runtime: 'tflite',
  format: 'tflite',
  boundary: 'litertjs CompiledModel.run',
  // The library compiles and "runs" a model whose operators it does not know, and only says so on standard error.
  disqualifying: /^ERROR: /,
};

const precisions = ['int8', 'w8a16', 'float32'] as const;

/** ONNX Runtime's CPU provider on the agent's own machine, through onnxruntime-node. */
export function hostOnnxruntime(programFolder = hostProgramFolder): RuntimeAdapter {
  return hostAdapter(onnxruntimeNode, programFolder);
}

/** LiteRT with XNNPACK, as WebAssembly on the agent's own machine, through @litertjs/core. */
export function hostLitert(programFolder = hostProgramFolder): RuntimeAdapter {
  return hostAdapter(litertWasm, programFolder);
}

/** An adapter whose tool is one of our own programs, a child process of its own: a model that crashes it harms nobody. */
function hostAdapter(tool: HostTool, programFolder: string): RuntimeAdapter {
  return {
    name: tool.name,
    formats: [tool.format],
    offers: precisions.map((precision) => ({ runtime: tool.runtime, unit: 'cpu', precision })),
    boundary: tool.boundary,
    tools: null,
    command: (invocation) => hostCommand(join(programFolder, tool.program), invocation),
    parse: (output) => parseHostOutput(tool, output),
  };
}
