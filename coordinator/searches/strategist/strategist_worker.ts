import { serveSessions } from '../../../platform/processes/serve_sessions';
import { loadSearchCatalog } from '../search_catalog';
import { createLocalStrategist } from './local_strategist';
import type { Strategist, StrategistTask } from './strategist';
import type { StrategistAnswer, TargetUpdate } from './strategist_message';

const catalog = loadSearchCatalog();

serveSessions<Strategist, StrategistTask, TargetUpdate, string, StrategistAnswer>({
  open: (task) => createLocalStrategist(task, catalog),
  apply: (strategist, { target, update }) => strategist.update(target, update),
  answer: async (strategist, target) => {
    const ask = await strategist.ask(target);
    const expectation =
      typeof ask === 'object' ? strategist.expectationOf?.(target, ask.architecture) : undefined;
    return { target, ask, expectation };
  },
});
