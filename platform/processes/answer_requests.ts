import { listenToParent } from './listen_to_parent';
import type { ProcessRequest } from './pool_process';
import type { ProcessReply } from './process_failure';
import type { RequestHandler } from '../request_handler';

/** For a worker process of a pool, when it begins: answers its parent's requests one by one, in their order. */
export function answerRequests<Request, Output>(answer: RequestHandler<Request, Output>): void {
  const send = listenToParent((message) => {
    const { request } = message as ProcessRequest<Request>;
    void replyTo(request, answer).then(send);
  });
}

async function replyTo<Request, Output>(
  request: Request,
  answer: RequestHandler<Request, Output>,
): Promise<ProcessReply<Output>> {
  try {
    return { ok: true, value: await answer(request) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
