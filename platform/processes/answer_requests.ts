import { listenToParent } from './listen_to_parent';
import type { ProcessRequest } from './pool_process';
import type { ProcessReply } from './process_failure';

/** What it throws is the failure of that request alone. */
type Answer<Request, Output> = (request: Request) => Output | Promise<Output>;

/** For a worker process of a pool, when it begins: answers its parent's requests one by one, in their order. */
export function answerRequests<Request, Output>(answer: Answer<Request, Output>): void {
  const send = listenToParent<ProcessRequest<Request>, ProcessReply<Output>>(({ request }) => {
    void replyTo(request, answer).then((reply) => send(reply));
  });
}

async function replyTo<Request, Output>(
  request: Request,
  answer: Answer<Request, Output>,
): Promise<ProcessReply<Output>> {
  try {
    return { ok: true, value: await answer(request) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
