import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface RawClient {
  readonly socket: Socket;
  /** What has come so far. */
  readonly heard: () => string;
  /** All that came, once the other side has ended or cut the connection. */
  readonly ended: Promise<string>;
}

/** A client that keeps to no rule. */
export async function talkTo(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  const ended = once(socket, 'close').then(() => heard);
  await once(socket, 'connect');
  return { socket, heard: () => heard, ended };
}
