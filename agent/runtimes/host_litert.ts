import { hostAdapter, hostProgramFolder } from './host_tool';
import type { RuntimeAdapter } from './runtime';

/** LiteRT with XNNPACK, as WebAssembly on the agent's own machine, through @litertjs/core. */
export function hostLitert(programFolder = hostProgramFolder): RuntimeAdapter {
  return hostAdapter(
    {
      name: 'litert-wasm',
      program: 'litert_bench.js',
      runtime: 'tflite',
      format: 'tflite',
      precisions: ['int8', 'w8a16', 'float32'],
      boundary: 'litertjs CompiledModel.run',
      // The library compiles and "runs" a model whose operators it does not know, and only says so on standard error.
      disqualifying: /^ERROR: /,
    },
    programFolder,
  );
}
