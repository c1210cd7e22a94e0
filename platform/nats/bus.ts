import { connect, ErrorCode, Events, NatsError, type NatsConnection } from 'nats';
import { BadInputError } from '../../common/bad_input';
import type { Logger } from '../logger';
import { withDeadline } from '../time/deadline';
import { readNatsAddress, type NatsAddress } from './nats_address';
import { systemErrorCode } from '../files/system_error';

/** A server on the same network answers in milliseconds; longer means that there is none. */
const connectDeadlineMs = 5_000;
/** A lost server is looked for again soon, since work waits for it, but not so often that a hundred programs would be a flood. */
const reconnectWaitMs = 250;
/** A dead connection without a reset is noticed after two unanswered pings. */
const pingIntervalMs = 5_000;
/** Sends what is buffered and closes; a server that hangs must not keep the program alive. */
const drainDeadlineMs = 2_000;

/** A program's connection to NATS. It reconnects for ever; while it is lost, callers must not publish, only wait. */
export interface Bus {
  readonly connection: NatsConnection;
  isConnected(): boolean;
  close(): Promise<void>;
}

/**
 * `url` is `nats://HOST:PORT` or `tls://HOST:PORT`, with `USER:PASSWORD@` or `TOKEN@` before the host; what it asks for is done or refused, and its credentials are printed nowhere.
 * @throws BadInputError when no such server answers there, or it lets nobody in with these credentials
 */
export async function connectBus(url: string, name: string, logger: Logger): Promise<Bus> {
  const address = readNatsAddress(url);
  if (!address.ok) throw new BadInputError(`nats: ${address.error}`);
  const { shown } = address.value;
  const connection = await connectOrExplain(address.value, name);
  let connected = true;
  const watch = async (): Promise<void> => {
    for await (const { type } of connection.status()) {
      if (type === Events.Disconnect) connected = false;
      else if (type === Events.Reconnect) connected = true;
      else continue;
      logger.info(
        { url: shown, connected },
        connected ? 'NATS is back' : 'lost NATS; what is to be sent waits until it is back',
      );
    }
  };
  void watch();
  return {
    connection,
    isConnected: () => connected && !connection.isClosed(),
    close: async () => {
      // Draining a server that hangs does not end by itself, not even when the connection is closed meanwhile.
      if (connected && !connection.isClosed())
        await withDeadline(
          connection.drain().catch(() => undefined),
          drainDeadlineMs,
          'sending what is buffered',
        );
      await connection.close();
    },
  };
}

async function connectOrExplain(
  { server, tls, credentials, shown }: NatsAddress,
  name: string,
): Promise<NatsConnection> {
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  try {
    return await connect({
      servers: `${host}:${server.port}`,
      name,
      timeout: connectDeadlineMs,
      maxReconnectAttempts: -1,
      // A server whose users are being changed refuses everybody for a moment.
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: reconnectWaitMs,
      pingInterval: pingIntervalMs,
      // The client names a host to TLS, but no address; Node checks the certificate against `host` then.
      ...(tls ? { tls: { handshakeFirst: false, ...{ host: server.host } } } : {}),
      ...(credentials.kind === 'user'
        ? { user: credentials.user, pass: credentials.password }
        : {}),
      ...(credentials.kind === 'token' ? { token: credentials.token } : {}),
    });
  } catch (error) {
    throw new BadInputError(connectFailure(error, shown));
  }
}

function connectFailure(error: unknown, shown: string): string {
  const reason = error instanceof NatsError ? error.code : systemErrorCode(error);
  const isOneOf = (...codes: readonly string[]): boolean => codes.includes(reason);
  if (isOneOf(ErrorCode.AuthorizationViolation, ErrorCode.AuthenticationExpired)) {
    return `the NATS server at ${shown} refused the credentials in the field nats, or asks for some; set nats://USER:PASSWORD@HOST:PORT or nats://TOKEN@HOST:PORT`;
  }
  if (isOneOf(ErrorCode.ServerOptionNotAvailable))
    return `the NATS server at ${shown} offers no TLS; set one up there, or use nats:// if the network is trusted`;
  if (isOneOf(ErrorCode.ConnectionRefused, ErrorCode.Timeout))
    return `no NATS server at ${shown} (${reason}); start one or use ./farm up`;
  return `no usable NATS server at ${shown} (${reason}${/CERT|TLS|SSL/.test(reason) ? '; name the file of its certificate authority in NODE_EXTRA_CA_CERTS' : ''}); start one or use ./farm up`;
}
