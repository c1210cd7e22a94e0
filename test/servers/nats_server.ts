import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A start takes some 50 ms; this is for a machine that is busy with other tests. */
const startDeadlineMs = 10_000;
const pollIntervalMs = 10;

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** The process that runs now; undefined after `kill` or `stop`. */
  pid(): number | undefined;
  /** SIGKILL, as a power cut would end it; the store stays. */
  kill(): Promise<void>;
  /** Starts again on the same port and store, killing first what still runs. */
  restart(): Promise<void>;
  /** Ends it and removes its store. */
  stop(): Promise<void>;
}

/** A real nats-server on a free port of the loopback, with JetStream on a store of its own unless told otherwise. */
export async function startNatsServer({
  jetStream = true,
}: { readonly jetStream?: boolean } = {}): Promise<NatsServer> {
  const store = mkdtempSync(path.join(tmpdir(), 'farm-nats-'));
  const port = await freePort();
  const options = [
    '--addr',
    '127.0.0.1',
    '--port',
    String(port),
    ...(jetStream ? ['--jetstream', '--store_dir', store] : []),
  ];
  let child: ChildProcess | undefined = await launch(port, options);
  const kill = async (): Promise<void> => {
    if (child === undefined) return;
    const dying = child;
    child = undefined;
    if (dying.exitCode !== null || dying.signalCode !== null) return;
    const exited = once(dying, 'exit');
    dying.kill('SIGKILL');
    await exited;
  };
  return {
    url: `nats://127.0.0.1:${String(port)}`,
    port,
    pid: () => child?.pid,
    kill,
    restart: async () => {
      await kill();
      child = await launch(port, options);
    },
    stop: async () => {
      await kill();
      rmSync(store, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, options: readonly string[]): Promise<ChildProcess> {
  const child = spawn('nats-server', options, { stdio: 'ignore' });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (status) =>
      reject(new Error(`nats-server ended with status ${String(status)} while it started`)),
    );
  });
  await Promise.race([failed, untilItListens(port)]);
  failed.catch(() => undefined);
  return child;
}

/** JetStream is up before the client port opens, so an open port means ready. */
export async function untilItListens(port: number): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline) {
    if (await canConnect(port)) return;
    await sleep(pollIntervalMs);
  }
  throw new Error(
    `nats-server did not listen on port ${String(port)} within ${String(startDeadlineMs)} ms`,
  );
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const finish = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
