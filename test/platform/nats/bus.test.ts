import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import { createLogger } from '../../../platform/logger';
import { freePort } from '../../../cli/stack/free_port';
import { connectBus, type Bus } from '../../../platform/nats/bus';
import { startNatsServer, untilItListens, type NatsServer } from '../../servers/nats_server';

const logger = createLogger('test', 'silent');
const folder = mkdtempSync(path.join(os.tmpdir(), 'farm-bus-'));
const servers: ChildProcess[] = [];
afterAll(async () => {
  for (const server of servers) {
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
  rmSync(folder, { recursive: true });
});

/** A real server with these lines in its configuration; its port. */
async function serve(config: string): Promise<number> {
  const port = await freePort();
  const file = path.join(folder, `${String(port)}.conf`);
  writeFileSync(file, `host: 127.0.0.1\nport: ${String(port)}\n${config}\n`);
  servers.push(spawn('nats-server', ['-c', file], { stdio: 'ignore' }));
  await untilItListens(port);
  return port;
}

const user = 'authorization { user: farm, password: "s@cret:" }';

describe('connecting', () => {
  const failure = async (url: string): Promise<string> => {
    const error: unknown = await connectBus(url, 'test', logger).then(
      (bus) => bus.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BadInputError);
    const { message } = error as Error;
    expect(message).not.toMatch(/s@cret|s%40cret|wrong/);
    return message;
  };
  const connects = async (url: string): Promise<void> => {
    const bus = await connectBus(url, 'test', logger);
    expect(bus.isConnected()).toBe(true);
    await bus.close();
  };

  it('gives the user and password of its address, and says that they are refused without saying them', async () => {
    const port = await serve(user);
    await connects(`nats://farm:s%40cret%3A@127.0.0.1:${String(port)}`);
    expect(await failure(`nats://farm:wrong@127.0.0.1:${String(port)}`)).toMatch(
      /^the NATS server at 127\.0\.0\.1:\d+ refused the credentials/,
    );
    expect(await failure(`nats://127.0.0.1:${String(port)}`)).toMatch(
      /refused the credentials .*, or asks for some/,
    );
  });

  it('gives the token of its address', async () => {
    const port = await serve('authorization { token: "s@cret" }');
    await connects(`nats://s%40cret@127.0.0.1:${String(port)}`);
    expect(await failure(`nats://wrong@127.0.0.1:${String(port)}`)).toContain(
      'refused the credentials',
    );
  });

  it('encrypts when its address says tls, or does not connect', async () => {
    const plain = await serve(user);
    expect(await failure(`tls://farm:s%40cret%3A@127.0.0.1:${String(plain)}`)).toMatch(
      /offers no TLS/,
    );
    const [certificate, key] = [path.join(folder, 'certificate.pem'), path.join(folder, 'key.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        key,
        '-out',
        certificate,
      ],
      { stdio: 'ignore' },
    );
    const encrypted = await serve(
      `${user}\ntls { cert_file: "${certificate}", key_file: "${key}" }`,
    );
    expect(await failure(`tls://farm:s%40cret%3A@127.0.0.1:${String(encrypted)}`)).toMatch(
      /DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/,
    );
    const program =
      "require(process.argv[1]).connectBus(process.argv[2], 'test', { info() {} }).then((bus) => { console.log(bus.connection.info.tls_required); process.exit(); })";
    expect(
      execFileSync(
        process.execPath,
        [
          '-r',
          path.join(__dirname, '../../typescript_hook.js'),
          '-e',
          program,
          path.join(__dirname, '../../../platform/nats/bus.ts'),
          `tls://farm:s%40cret%3A@127.0.0.1:${String(encrypted)}`,
        ],
        { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate }, encoding: 'utf8' },
      ),
    ).toBe('true\n');
  });

  it.each([
    'nats://farm:s%40cret@host name',
    'nats://farm:s%40cret@host:99999999',
    'nats://farm:s%40cret:x@host',
    'nats://farm:s%40cret@127.0.0.1:1',
  ])('fails at %s without a word of its credentials', async (url) => {
    expect(await failure(url)).toMatch(/NATS|nats/);
  });
});

describe('a connection whose server goes away', () => {
  let server: NatsServer;
  let bus: Bus;
  beforeEach(async () => {
    server = await startNatsServer({ jetStream: false });
    bus = await connectBus(server.url, 'test', logger);
  });
  afterEach(async () => {
    await bus.close();
    await server.stop();
  });

  it('says that it is lost, looks for the server for ever, and says that it is back', async () => {
    await server.kill();
    await until(() => !bus.isConnected());
    await server.restart();
    await until(() => bus.isConnected());
    const received = new Promise((resolve) =>
      bus.connection.subscribe('word', {
        callback: (_, message) => {
          resolve(message.string());
        },
      }),
    );
    bus.connection.publish('word', 'still here');
    expect(await received).toBe('still here');
  });

  it('is closed without waiting for the server', async () => {
    await server.kill();
    await until(() => !bus.isConnected());
    const startMs = performance.now();
    await bus.close();
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(bus.isConnected()).toBe(false);
  });

  it('is closed within its deadline though the server hangs, and may be closed twice', async () => {
    process.kill(server.pid()!, 'SIGSTOP');
    try {
      const startMs = performance.now();
      await bus.close();
      expect(performance.now() - startMs).toBeLessThan(4_000);
      await bus.close();
    } finally {
      process.kill(server.pid()!, 'SIGCONT');
    }
  });

  it('sends what was published before it is closed', async () => {
    const listener = await connectBus(server.url, 'listener', logger);
    const heard: string[] = [];
    listener.connection.subscribe('last.words', {
      callback: (_, message) => void heard.push(message.string()),
    });
    await listener.connection.flush();
    for (let word = 0; word < 1_000; word += 1) bus.connection.publish('last.words', String(word));
    await bus.close();
    await until(() => heard.length === 1_000);
    expect(heard[999]).toBe('999');
    await listener.close();
  });
});

async function until(condition: () => boolean): Promise<void> {
  const startMs = performance.now();
  while (!condition()) {
    if (performance.now() - startMs > 10_000) throw new Error('it did not come about in time');
    await sleep(10);
  }
}
