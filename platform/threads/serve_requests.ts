import { parentPort } from 'node:worker_threads';
import { assert } from '../../common/assert';
import { giveWayToEventLoop } from './give_way';
import type { ThreadReply } from './thread_failure';
import type { RequestHandler } from '../request_handler';

/**
 * The worker's side of a `ThreadPool`, called once by its module. `handedOver` names memory in the answer that changes its
 * owner instead of being copied.
 */
export function serveRequests<Request, Output>(
  answer: RequestHandler<Request, Output>,
  handedOver: (output: Output) => readonly ArrayBuffer[] = () => [],
): void {
  const port = parentPort;
  assert(port !== null, 'requests are served in a worker thread');
  giveWayToEventLoop();
  const reply = async (request: Request): Promise<void> => {
    try {
      const value = await answer(request);
      const success: ThreadReply<Output> = { ok: true, value };
      port.postMessage(success, [...handedOver(value)]);
    } catch (error) {
      const failure: ThreadReply<Output> = { ok: false, message: (error as Error).message };
      port.postMessage(failure);
    }
  };
  port.on('message', (request: Request) => void reply(request));
}
