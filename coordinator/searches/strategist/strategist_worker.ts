import { parentPort } from 'node:worker_threads';
import { assert } from '../../../common/assert';
import { loadSearchCatalog } from '../search_catalog';
import { createLocalStrategist } from './local_strategist';
import type { Strategist } from './strategist';
import type { StrategistReply, StrategistRequest } from './strategist_message';
import { giveWayToEventLoop } from '../../../platform/threads/give_way';

const port = parentPort;
assert(port !== null, 'the strategist runs as a worker thread');
giveWayToEventLoop();
const catalog = loadSearchCatalog();
const sessions = new Map<number, Strategist>();

port.on('message', (request: StrategistRequest) => {
  if (request.kind === 'open')
    sessions.set(request.session, createLocalStrategist(request.task, catalog));
  else if (request.kind === 'close') sessions.delete(request.session);
  else if (request.kind === 'word') sessionOf(request.session).hear(request.target, request.word);
  else void answer(request).then((reply) => port.postMessage(reply));
});

async function answer({
  session,
  target,
  question,
}: StrategistRequest & { readonly kind: 'ask' }): Promise<StrategistReply> {
  try {
    const strategist = sessionOf(session);
    const proposal = await strategist.ask(target);
    return {
      question,
      ok: true,
      answer: proposal,
      expectation:
        typeof proposal === 'object'
          ? strategist.expectationOf?.(target, proposal.architecture)
          : undefined,
    };
  } catch (error) {
    return { question, ok: false, message: (error as Error).message };
  }
}

function sessionOf(session: number): Strategist {
  const strategist = sessions.get(session);
  assert(strategist !== undefined, `session ${String(session)} is open`);
  return strategist;
}
