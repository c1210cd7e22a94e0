import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface TestAdbServer {
  readonly port: number;
  /** Of the server that was started last. */
  readonly pid: () => number;
  /** `host:connect:` for a phone that listens on TCP; its adb serial is `127.0.0.1:<port>`, or that of another name of this machine. */
  connect(phonePort: number, host?: string): Promise<string>;
  /** The transport that the phone's adb serial has now. */
  transportOf(adbSerial: string): Promise<string>;
  disconnect(adbSerial: string): Promise<string>;
  /** As `adb devices` lists them. */
  devices(): Promise<string>;
  /** Ends the server on this port, whoever started it. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  restart(): Promise<void>;
}

const startDeadlineMs = 10_000;

/** The real adb server on a port of its own, with its own keys, so that nobody's phones and settings are touched. */
export async function startAdbServer(): Promise<TestAdbServer> {
  const port = await freePort();
  const home = await mkdtemp(path.join(os.tmpdir(), 'adb-home-'));
  let child = await launch(port, home);
  const kill9 = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    port,
    pid: () => child.pid ?? 0,
    connect: (phonePort, host = '127.0.0.1') => request(port, `host:connect:${host}:${phonePort}`),
    transportOf: async (adbSerial) => {
      const line =
        (await request(port, 'host:devices-l'))
          .split('\n')
          .find((each) => each.includes(adbSerial)) ?? '';
      return /transport_id:(\d+)/.exec(line)?.[1] ?? '';
    },
    disconnect: (adbSerial) => request(port, `host:disconnect:${adbSerial}`),
    devices: () => request(port, 'host:devices'),
    kill9,
    restart: async () => {
      await kill9();
      child = await launch(port, home);
    },
    stop: async () => {
      // Perhaps the code under test has started another one in the place of ours.
      await request(port, 'host:kill').catch(() => undefined);
      await kill9();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, home: string): Promise<ChildProcess> {
  const child = spawn('adb', ['-P', String(port), 'nodaemon', 'server'], {
    env: { ...process.env, HOME: home, ADB_MDNS: '0' },
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  const deadline = Date.now() + startDeadlineMs;
  for (;;) {
    try {
      await request(port, 'host:version');
      return child;
    } catch (error) {
      if (Date.now() > deadline || child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** One request to the adb server; its answer without the length. */
async function request(port: number, service: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.end(`${Buffer.byteLength(service).toString(16).padStart(4, '0')}${service}`);
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks).toString();
  if (!answer.startsWith('OKAY')) throw new Error(`adb server on ${port}: ${service}: ${answer}`);
  return answer.slice(8);
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
