import path from 'node:path';
// Registers the gradients, which tfjs-core alone does not.
import '@tensorflow/tfjs';
import { setBackend } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerConvGradients } from './conv_gradients';

/** Makes WebAssembly the backend, with the kernels of training that it lacks. */
export async function loadWasm(): Promise<void> {
  const folder = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(`${folder}${path.sep}`);
  if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend does not start');
  registerConvGradients('wasm');
}
