import type { Clock } from '../../platform/time/clock';
import { tickIntervalMs } from '../schedule/state/limits';
import type { Engine } from './engine';

/** Lets time pass for the scheduler. The returned function ends it. */
export function startTicker(engine: Pick<Engine, 'dispatch'>, clock: Clock): () => Promise<void> {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      engine.dispatch({ kind: 'tick' });
      await clock.sleep(tickIntervalMs, stopping.signal);
    }
  };
  const running = run();
  return () => {
    stopping.abort();
    return running;
  };
}
