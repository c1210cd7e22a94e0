import { serveSessions } from '../../../platform/threads/serve_sessions';
import { loadSearchCatalog } from '../search_catalog';
import { createLocalStrategist } from './local_strategist';
import type { StrategistTask } from './strategies';
import type { Strategist } from './strategist';
import type { StrategistAnswer, TargetWord } from './strategist_message';

const catalog = loadSearchCatalog();

serveSessions<Strategist, StrategistTask, TargetWord, string, StrategistAnswer>({
  open: (task) => createLocalStrategist(task, catalog),
  apply: (strategist, { target, word }) => strategist.hear(target, word),
  answer: async (strategist, target) => {
    const ask = await strategist.ask(target);
    const expectation =
      typeof ask === 'object' ? strategist.expectationOf?.(target, ask.architecture) : undefined;
    return { target, ask, expectation };
  },
});
