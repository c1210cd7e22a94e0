import type { ClientDuplexStream } from '@grpc/grpc-js';
import { createAlarm } from '../../platform/time/alarm';
import type { Clock } from '../../platform/time/clock';
import { retry } from '../../platform/time/retry';
import { startTicker, type Ticker } from '../../platform/time/ticker';
import type { Logger } from '../../platform/logger';
import { fail } from '../../common/result';
import type { Random } from '../../common/random';
import { agentMessageToWire, type AgentMessage } from '../../proto/codec/agent_message';
import {
  coordinatorMessageFromWire,
  type CoordinatorMessage,
} from '../../proto/codec/coordinator_message';
import type { AgentMessage as WireAgentMessage } from '../../proto/generated/farm/v1/AgentMessage';
import type { CoordinatorMessage__Output as WireCoordinatorMessage } from '../../proto/generated/farm/v1/CoordinatorMessage';
import { loadFarmServices } from '../../proto/service';
import { channelCredentials, channelOptions } from '../../proto/link/channel';

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

/** How one stream was, once it has ended. */
interface StreamEnding {
  readonly welcomed: boolean;
  readonly reason: string;
}

type AttachStream = ClientDuplexStream<WireAgentMessage, WireCoordinatorMessage>;

/** First retry soon (the coordinator restarts in a second), then calm enough for hundreds of agents. */
const reconnecting = {
  mostTries: Infinity,
  backoff: { firstDelayMs: 200, largestDelayMs: 5_000 },
} as const;
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

  const attachOnce = (): Promise<StreamEnding> =>
    new Promise((resolve) => {
      const stream: AttachStream = client.attach();
      const welcome = createAlarm(() => stream.cancel(), options.clock);
      let heartbeat: Ticker | undefined;
      const end = (reason: string): void => {
        if (state.kind !== 'waiting' && state.stream !== stream) return;
        welcome.clear();
        void heartbeat?.stop();
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
          welcome.clear();
          const { heartbeatIntervalMs: intervalMs } = message.value;
          void heartbeat?.stop();
          heartbeat = startTicker({ clock: options.clock, intervalMs }, () =>
            send(options.heartbeat()),
          );
        } else options.onCommand(message.value);
      });
      stream.on('error', (error) => end(error.message));
      stream.on('end', () => {
        stream.end();
        end('the coordinator closed the stream');
      });
      state = { kind: 'opening', stream };
      welcome.set(welcomeDeadlineMs);
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
  attachOnce: () => Promise<StreamEnding>,
  shutdown: AbortSignal,
): Promise<void> {
  const { clock, random, logger, coordinator } = options;
  let isToldOf = false;
  await retry<never, StreamEnding>(
    {
      ...reconnecting,
      uniform: random.next,
      clock,
      signal: shutdown,
      isProgress: ({ welcomed }) => welcomed,
    },
    async () => {
      const ending = await attachOnce();
      // One line when the coordinator goes, not one per retry through the night.
      if (!shutdown.aborted && (ending.welcomed || !isToldOf))
        logger.warn(
          { coordinator, reason: ending.reason },
          'no coordinator; trying again until it is back',
        );
      isToldOf = true;
      return fail(ending);
    },
  );
}
