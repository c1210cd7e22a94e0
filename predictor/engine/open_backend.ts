import { memory } from '@tensorflow/tfjs-core';
import { oneLine } from '../../common/one_line';
import type { TrainingEngine } from './engine';
import { composedKernels, type Kernels } from './kernels';
import { loadNative } from './native/load_native';
import { nativeKernels } from './native/native_kernels';
import { loadWasm } from './wasm/load_wasm';

export interface EngineOptions {
  /** `auto` is native where it loads and WebAssembly elsewhere. The other two are that one or an error. */
  readonly kind: 'auto' | TrainingEngine['kind'];
  /** Threads of the native engine; all cores when undefined. WebAssembly has one. */
  readonly threads: number | undefined;
}

/** TensorFlow.js with a backend, and what that backend computes in its own way. */
export interface Backend extends Pick<TrainingEngine, 'kind' | 'reason' | 'memory'> {
  readonly kernels: Kernels;
}

/** Of a loader's message, which may list every folder that was searched. */
const longestReason = 160;

/** TensorFlow.js has one backend in a process at a time: a process opens one, and its caller holds it. */
export async function openBackend({ kind, threads }: EngineOptions): Promise<Backend> {
  if (kind === 'wasm') return await wasmBackend('as configured');
  try {
    await loadNative(threads);
  } catch (error) {
    if (kind === 'native') throw error;
    return await wasmBackend(whyNotNative(error));
  }
  return {
    kind: 'native',
    reason: 'libtensorflow through @tensorflow/tfjs-node',
    kernels: nativeKernels(),
    memory: held,
  };
}

async function wasmBackend(reason: string): Promise<Backend> {
  await loadWasm();
  return { kind: 'wasm', reason, kernels: composedKernels, memory: held };
}

function held(): ReturnType<TrainingEngine['memory']> {
  const { numTensors, numBytes } = memory();
  return { tensors: numTensors, bytes: numBytes };
}

function whyNotNative(error: unknown): string {
  const message = oneLine(error instanceof Error ? error.message : String(error), longestReason);
  if (message.includes("Cannot find module '@tensorflow/tfjs-node'"))
    return 'the package @tensorflow/tfjs-node is not installed';
  if (message.includes('tfjs_binding.node'))
    return 'the binding of @tensorflow/tfjs-node is not built';
  return `@tensorflow/tfjs-node does not load: ${message}`;
}
