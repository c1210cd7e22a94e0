import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Steps that leave a thread a third of the event loop's share where both want the same processor; it takes no more than 19. */
const steps = 5;
const lowestPriority = 19;

/**
 * For a worker thread, when it begins: the event loop has little to do and must do it at once. On Linux each thread has a
 * priority of its own (https://man7.org/linux/man-pages/man2/setpriority.2.html); elsewhere, or where it is forbidden, nothing changes.
 */
export function giveWayToEventLoop(): void {
  try {
    // `self` is whoever looks: PROCESS/task/THREAD.
    const thread = Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]);
    if (thread > 0) setPriority(thread, Math.min(lowestPriority, getPriority(thread) + steps));
  } catch {
    return;
  }
}
