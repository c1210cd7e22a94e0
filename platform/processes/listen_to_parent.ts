import { getPriority, setPriority } from 'node:os';
import { assert } from '../../common/assert';

/** Steps that leave a worker a third of its parent's share where both want the same processor; it takes no more than 19. */
const steps = 5;
const lowestPriority = 19;

/** For a worker process, when it begins: it hears its parent's requests, gives way to it, and ends with it. Returns how to answer. */
export function listenToParent(onRequest: (request: unknown) => void): (reply: unknown) => void {
  const send = process.send?.bind(process);
  assert(send !== undefined, 'a worker is started by another program of ours');
  giveWayToParent();
  process.on('disconnect', () => process.exit());
  process.on('message', onRequest);
  return send;
}

/** The parent has little to do and must do it at once. Where it is forbidden, nothing changes. */
function giveWayToParent(): void {
  try {
    setPriority(Math.min(lowestPriority, getPriority() + steps));
  } catch {
    return;
  }
}
