import { connect, Events, NatsError, type NatsConnection } from 'nats';
import { BadInputError } from '../../common/bad_input';
import type { Logger } from '../../common/logger';

/** A server on the same network answers in milliseconds; longer means that there is none. */
const connectDeadlineMs = 5_000;
/** A lost server is looked for again soon, since results wait there. */
const reconnectWaitMs = 250;
/** A dead connection without a reset is noticed after two unanswered pings. */
const pingIntervalMs = 5_000;
/** Sends what is buffered and closes; a server that hangs must not keep the program alive. */
const drainDeadlineMs = 2_000;

/** The coordinator's connection to NATS. It reconnects for ever; while it is lost, callers must not publish, only wait. */
export interface Bus {
  readonly connection: NatsConnection;
  isConnected(): boolean;
  close(): Promise<void>;
}

/** @throws BadInputError when no server answers at `url` (`nats://HOST:PORT`). */
export async function connectBus(url: string, name: string, logger: Logger): Promise<Bus> {
  const connection = await connectOrExplain(url, name);
  let connected = true;
  const watch = async (): Promise<void> => {
    for await (const { type } of connection.status()) {
      if (type === Events.Disconnect) connected = false;
      else if (type === Events.Reconnect) connected = true;
      else continue;
      logger.info({ url, connected }, connected ? 'NATS is back' : 'lost NATS; results wait with the agents');
    }
  };
  void watch();
  return {
    connection,
    isConnected: () => connected && !connection.isClosed(),
    close: async () => {
      const timer = setTimeout(() => void connection.close(), drainDeadlineMs);
      if (connected && !connection.isClosed()) await connection.drain().catch(() => undefined);
      clearTimeout(timer);
      await connection.close();
    },
  };
}

async function connectOrExplain(url: string, name: string): Promise<NatsConnection> {
  try {
    return await connect({
      servers: url,
      name,
      timeout: connectDeadlineMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectWaitMs,
      pingInterval: pingIntervalMs,
    });
  } catch (error) {
    const reason = error instanceof NatsError ? error.code : (error as Error).message;
    throw new BadInputError(`no NATS server at ${url.replace(/^\w+:\/\//, '')} (${reason}); start one or use ./farm up`);
  }
}
