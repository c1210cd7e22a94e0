import { createEngine } from './create_engine';
import type { TrainingEngine } from './engine';
import { openBackend, type EngineOptions } from './open_backend';

/**
 * The engine of this process, native where it can be had.
 * @throws what loading throws, when a kind is asked for that does not load
 */
export async function openEngine(
  options: EngineOptions = { kind: 'auto', threads: undefined },
): Promise<TrainingEngine> {
  return createEngine(await openBackend(options));
}
