import type { ClientDuplexStream } from '@grpc/grpc-js';
import { backoffDelayMs } from '../../platform/time/backoff';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import type { Random } from '../../common/random';
import { agentMessageToWire, type AgentMessage } from '../../proto/codec/agent_message';
import {
  coordinatorMessageFromWire,
  type CoordinatorMessage,
} from '../../proto/codec/coordinator_message';
import type { AgentMessage as WireAgentMessage } from '../../proto/generated/farm/v1/AgentMessage';
import type { CoordinatorMessage__Output as WireCoordinatorMessage } from '../../proto/generated/farm/v1/CoordinatorMessage';
import { loadFarmServices } from '../../proto/service';
import { channelCredentials, channelOptions } from './channel';

type Heartbeat = Extract<AgentMessage, { kind: 'heartbeat' }>;

interface CoordinatorLinkOptions {
  readonly coordinator: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Complete and current: it is sent first on every new stream and replaces what the coordinator believed. */
  readonly hello: () => Extract<AgentMessage, { kind: 'hello' }>;
  readonly heartbeat: () => Heartbeat;
  readonly onCommand: (command: Exclude<CoordinatorMessage, { kind: 'welcome' }>) => void;
}

export interface CoordinatorLink {
  /** Dropped while there is no stream: the next hello says it all. */
  send(message: AgentMessage): void;
  connected(): boolean;
  close(): Promise<void>;
}

type LinkState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'opening'; readonly stream: AttachStream }
  | { readonly kind: 'attached'; readonly stream: AttachStream };
type AttachStream = ClientDuplexStream<WireAgentMessage, WireCoordinatorMessage>;

/** First retry soon (the coordinator restarts in a second), then calm enough for hundreds of agents. */
const reconnectBackoff = { firstDelayMs: 200, largestDelayMs: 5_000 };
/** A coordinator that accepts the stream but does not answer hello within this is as good as gone. */
const welcomeDeadlineMs = 10_000;
/** Messages waiting on a stream that the coordinator does not read: a flapping hub of 500 phones stays below it. */
const largestBacklogMessages = 5_000;

/** Keeps one AgentService.Attach stream to the coordinator, for ever, until closed. */
export function openCoordinatorLink(options: CoordinatorLinkOptions): CoordinatorLink {
  const { AgentService } = loadFarmServices();
  const client = new AgentService(options.coordinator, channelCredentials(), channelOptions);
  const shutdown = new AbortController();
  let state: LinkState = { kind: 'waiting' };

  const send = (message: AgentMessage): void => {
    if (state.kind === 'waiting') return;
    if (state.stream.writableLength > largestBacklogMessages)
      state.stream.destroy(new Error('the coordinator does not read'));
    else state.stream.write(agentMessageToWire(message));
  };

  const attachOnce = (): Promise<{ readonly welcomed: boolean; readonly reason: string }> =>
    new Promise((resolve) => {
      const stream: AttachStream = client.attach();
      const timers = createTimers();
      const end = (reason: string): void => {
        if (state.kind !== 'waiting' && state.stream !== stream) return;
        timers.clear();
        const welcomed = state.kind === 'attached';
        state = { kind: 'waiting' };
        shutdown.signal.removeEventListener('abort', cancel);
        resolve({ welcomed, reason });
      };
      const cancel = (): void => stream.cancel();
      shutdown.signal.addEventListener('abort', cancel, { once: true });
      stream.on('data', (wire: WireCoordinatorMessage) => {
        const message = coordinatorMessageFromWire(wire);
        if (!message.ok)
          options.logger.warn({ problem: message.error }, 'ignored an unreadable command');
        else if (message.value.kind === 'welcome') {
          state = { kind: 'attached', stream };
          timers.every(message.value.heartbeatIntervalMs, () => send(options.heartbeat()));
        } else options.onCommand(message.value);
      });
      stream.on('error', (error) => end(error.message));
      stream.on('end', () => {
        stream.end();
        end('the coordinator closed the stream');
      });
      state = { kind: 'opening', stream };
      timers.after(welcomeDeadlineMs, () => {
        if (state.kind === 'opening') stream.cancel();
      });
      send(options.hello());
    });

  const running = keepAttached(options, attachOnce, shutdown.signal);
  return {
    send,
    connected: () => state.kind === 'attached',
    close: async () => {
      shutdown.abort();
      await running;
      client.close();
    },
  };
}

async function keepAttached(
  options: CoordinatorLinkOptions,
  attachOnce: () => Promise<{ readonly welcomed: boolean; readonly reason: string }>,
  shutdown: AbortSignal,
): Promise<void> {
  const closing = (): boolean => shutdown.aborted;
  for (let attempt = 0; !closing(); attempt += 1) {
    const { welcomed, reason } = await attachOnce();
    if (closing()) return;
    if (welcomed) attempt = 0;
    // One line when the coordinator goes, not one per retry through the night.
    if (attempt === 0)
      options.logger.warn(
        { coordinator: options.coordinator, reason },
        'no coordinator; trying again until it is back',
      );
    await options.clock.sleep(
      backoffDelayMs(reconnectBackoff, attempt, options.random.next()),
      shutdown,
    );
  }
}

interface Timers {
  every(intervalMs: number, action: () => void): void;
  after(delayMs: number, action: () => void): void;
  clear(): void;
}

function createTimers(): Timers {
  const intervals: NodeJS.Timeout[] = [];
  return {
    every: (intervalMs, action) => intervals.push(setInterval(action, intervalMs)),
    after: (delayMs, action) => intervals.push(setTimeout(action, delayMs)),
    clear: () => {
      for (const timer of intervals) clearTimeout(timer);
    },
  };
}
