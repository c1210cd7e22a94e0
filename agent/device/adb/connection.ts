import Connection from '@devicefarmer/adbkit/dist/src/adb/connection';
import Protocol from '@devicefarmer/adbkit/dist/src/adb/protocol';
import type { FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { adbFault } from './adb_fault';

export interface AdbAddress {
  readonly host: string;
  readonly port: number;
}

/** adb's length field has four hexadecimal digits. */
const longestRequestBytes = 0xffff;

/**
 * adbkit answers each refused connection by running `adb start-server`, without a deadline: thirty calls to a dead
 * server would start thirty. Here only the tracker starts servers.
 * https://github.com/DeviceFarmer/adbkit/blob/master/src/adb/connection.ts
 */
class PassiveConnection extends Connection {
  override startServer(): never {
    throw new Error('no adb server listens there');
  }
}

/** Connects to the adb server. The connection breaks with an error when `signal` aborts, also later. */
export async function connectToServer(
  address: AdbAddress,
  signal: AbortSignal,
): Promise<Result<Connection, FarmFault>> {
  const connection = new PassiveConnection({ host: address.host, port: address.port });
  connection.on('error', ignore);
  const connected = connection.connect() as unknown as PromiseLike<unknown>;
  // adbkit's parser waits for `end` or `error`, never for `close`: without an error its reads would never settle.
  const interrupt = (): void => void connection.socket.destroy(new Error('interrupted'));
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await connected;
    if (signal.aborted) throw new Error('interrupted');
    return ok(connection);
  } catch (error) {
    closeConnection(connection);
    return fail(adbFault(error));
  }
}

/** Opens a stream to a service of one phone (`shell:...`, `sync:`), `transport-id:4` or `transport:SERIAL`. The caller closes it with `closeConnection`. */
export async function openDeviceService(
  address: AdbAddress,
  transport: string,
  service: string,
  signal: AbortSignal,
): Promise<Result<Connection, FarmFault>> {
  // One request, one OKAY, then the next: adb 29 stalls under load when both arrive in one burst.
  return await open(address, [`host:${transport}`, service], signal);
}

/** Opens a stream to a service of the adb server itself (`host:devices-l`). */
export async function openHostService(
  address: AdbAddress,
  service: string,
  signal: AbortSignal,
): Promise<Result<Connection, FarmFault>> {
  return await open(address, [service], signal);
}

/** `destroy`, not adbkit's `end`: that one waits for the other side, which may be hung. */
export function closeConnection(connection: Connection): void {
  connection.socket.destroy();
}

async function open(
  address: AdbAddress,
  requests: readonly string[],
  signal: AbortSignal,
): Promise<Result<Connection, FarmFault>> {
  const connected = await connectToServer(address, signal);
  if (!connected.ok) return connected;
  try {
    for (const request of requests) await ask(connected.value, request);
    return connected;
  } catch (error) {
    closeConnection(connected.value);
    return fail(adbFault(error));
  }
}

/** Reads exactly so many bytes; rejects when the stream ends before. adbkit's Bluebird promise becomes a native one here. */
export async function readBytes(connection: Connection, count: number): Promise<Buffer> {
  // adbkit's parser would wait for ever for an `end` that has been.
  if (connection.socket.destroyed || connection.socket.readableEnded)
    throw new Error('the connection is closed');
  return await (connection.parser.readBytes(count) as PromiseLike<Buffer>);
}

/** Reads a message after its length in four hexadecimal digits. */
export async function readMessage(connection: Connection): Promise<string> {
  const message = await (connection.parser.readValue() as unknown as PromiseLike<Buffer>);
  return message.toString('utf8');
}

async function ask(connection: Connection, request: string): Promise<void> {
  const payload = Buffer.from(request);
  // adbkit would write five digits for the length and so garble the stream.
  if (payload.length > longestRequestBytes)
    throw new Error(
      `a command of ${payload.length} bytes is longer than adb takes (${longestRequestBytes})`,
    );
  connection.write(Protocol.encodeData(payload));
  const reply = (await readBytes(connection, 4)).toString('latin1');
  if (reply === Protocol.OKAY) return;
  if (reply !== Protocol.FAIL)
    throw new Error(`adb answered ${JSON.stringify(reply)} where OKAY or FAIL was expected`);
  throw new Error(await readMessage(connection));
}

function ignore(): void {
  // A broken connection is seen by whoever reads it; without a listener Node would end the process.
}
