import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectBus as connectAgentBus } from '../../../agent/results/bus';
import { BadInputError } from '../../../common/bad_input';
import { createLogger } from '../../../platform/logger';
import { freePort } from '../../../cli/stack/free_port';
import { connectBus } from '../../../coordinator/results/bus';
import { untilItListens } from '../../servers/nats_server';

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

describe.each([
  ['coordinator', connectBus],
  ['agent', connectAgentBus],
])('the bus of the %s', (_, connect) => {
  const failure = async (url: string): Promise<string> => {
    const error: unknown = await connect(url, 'test', logger).then(
      (bus) => bus.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BadInputError);
    const { message } = error as Error;
    expect(message).not.toMatch(/s@cret|s%40cret|wrong/);
    return message;
  };
  const connects = async (url: string): Promise<void> => {
    const bus = await connect(url, 'test', logger);
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
          path.join(__dirname, '../../../coordinator/results/bus.ts'),
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
