import type { CoordinatorMessage } from '../../proto/codec/coordinator_message';
import { coordinatorMessageToWire } from '../../proto/codec/coordinator_message';
import type { CoordinatorMessage as WireMessage } from '../../proto/generated/farm/v1/CoordinatorMessage';

/** The writing half of the agent's stream. */
export interface MessageSink {
  write(message: WireMessage): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** A command, a stop and a prefetch for each of 4,096 devices; an agent that is further behind has stopped reading. */
const mostOutgoingMessages = 3 * 4_096;

export interface OutgoingQueue {
  /** False: the queue is full, and the agent must be let go; what it holds is reconciled when it attaches again. */
  push(message: CoordinatorMessage): boolean;
  /** Nothing is written any more. */
  close(): void;
}

/** Writes in order and waits whenever the transport asks for it, so that a slow agent costs at most one full queue. */
export function createOutgoingQueue(
  sink: MessageSink,
  mostMessages: number = mostOutgoingMessages,
): OutgoingQueue {
  const waiting: CoordinatorMessage[] = [];
  let state: 'flowing' | 'blocked' | 'closed' = 'flowing';

  const write = (message: CoordinatorMessage): void => {
    if (sink.write(coordinatorMessageToWire(message))) return;
    state = 'blocked';
    sink.once('drain', resume);
  };
  const resume = (): void => {
    if (state === 'closed') return;
    state = 'flowing';
    let written = 0;
    for (const message of waiting) {
      write(message);
      written += 1;
      if (isBlocked()) break;
    }
    waiting.splice(0, written);
  };
  const isBlocked = (): boolean => state === 'blocked';

  return {
    push: (message) => {
      if (state === 'closed') return true;
      if (state === 'flowing') {
        write(message);
        return true;
      }
      if (waiting.length >= mostMessages) return false;
      waiting.push(message);
      return true;
    },
    close: () => {
      state = 'closed';
      waiting.length = 0;
    },
  };
}
