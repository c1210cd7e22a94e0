import { hostAdapter, hostProgramFolder } from './host_tool';
import type { RuntimeAdapter } from './runtime';

/** ONNX Runtime's CPU provider on the agent's own machine, through onnxruntime-node. */
export function hostOnnxruntime(programFolder = hostProgramFolder): RuntimeAdapter {
  return hostAdapter(
    {
      name: 'onnxruntime-node',
      program: 'onnxruntime_bench.js',
      runtime: 'onnxruntime',
      format: 'onnx',
      precisions: ['int8', 'w8a16', 'float32'],
      boundary: 'onnxruntime-node InferenceSession.run',
      disqualifying: null,
    },
    programFolder,
  );
}
