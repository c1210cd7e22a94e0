import util from 'node:util';
import { ready, setBackend } from '@tensorflow/tfjs-core';

/** TensorFlow's warnings and notes are about its own insides; errors arrive as exceptions. */
const onlyFatal = '3';

/**
 * Loads libtensorflow into this process and makes it the backend. TensorFlow reads its threads from the environment
 * when it is loaded, so only the first call counts.
 * @throws what loading throws, when the package or its libraries are not there
 */
export async function loadNative(threads: number | undefined): Promise<void> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= onlyFatal;
  if (threads !== undefined) {
    process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
    process.env['TF_NUM_INTEROP_THREADS'] = '1';
    process.env['OMP_NUM_THREADS'] = String(threads);
  }
  restoreRemovedFunctions();
  // An optional dependency: it must be possible to compile, start and run without it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require('@tensorflow/tfjs-node');
  await setBackend('tensorflow');
  await ready();
}

/** tfjs-node calls functions that Node 23 took away. */
function restoreRemovedFunctions(): void {
  const target = util as unknown as Record<string, unknown>;
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  target['isArray'] ??= Array.isArray;
}
