import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { startNatsServer, type NatsServer } from '../servers/nats_server';
import { expectOneLine, file, folder } from './bad_folder';
import { farm } from './farm_command';
import { processesNaming } from './processes';

jest.setTimeout(60_000);

describe('a port that is taken', () => {
  let holder: Server;
  let taken: number;
  let nats: NatsServer;
  beforeAll(async () => {
    holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    taken = (holder.address() as AddressInfo).port;
    nats = await startNatsServer();
  });
  afterAll(async () => {
    holder.close();
    await nats.stop();
  });

  test.each(['--grpc', '--http', '--nats', '--agent-http'])('farm up %s', async (option) => {
    const free = ['--grpc', '--http', '--nats', '--agent-http'].filter((each) => each !== option);
    const ports = [
      ...free.flatMap((each, index) => [each, String(20_000 + ((taken + index) % 10_000))]),
      option,
      String(taken),
    ];
    expectOneLine(await farm(['up', '--data', 'ports', ...ports], { workingDirectory: folder }), [
      `port ${taken} for`,
      `${option} PORT`,
    ]);
    expect(readdirSync(path.join(folder, 'ports'))).toEqual([]);
  });

  test.each([
    ['coordinator', 'grpc'],
    ['coordinator', 'http'],
    ['agent', 'http'],
  ])('farm %s with %s.port', async (program, setting) => {
    file(
      'taken.yaml',
      JSON.stringify({
        nats: nats.url,
        dataDir: 'taken',
        ...(program === 'coordinator' ? { grpc: { port: 0 } } : { adb: { enabled: false } }),
        http: { port: 0 },
        [setting]: { port: taken },
      }),
    );
    expectOneLine(await farm([program, '--config', 'taken.yaml'], { workingDirectory: folder }), [
      `${setting}.port: port ${taken} on 127.0.0.1 is in use`,
      'set another port',
    ]);
  });

  test.each([
    [
      'no adb',
      { adb: { binary: 'no-such-adb', port: 1 } },
      [],
      ['adb.binary: no-such-adb cannot be found', 'apt-get install adb'],
    ],
    [
      'a fleet with an unknown SoC',
      { adb: { enabled: false } },
      ['--virtual', 'fleet.yaml'],
      [/fleet\.yaml: field phones\.0\.soc: expected one of .*sm8550/],
    ],
  ])('farm agent with %s', async (_, config, options, said) => {
    file('fleet.yaml', 'phones: [{ soc: sm9999 }]');
    file(
      'agent.yaml',
      JSON.stringify({ nats: nats.url, dataDir: 'agent', http: { port: 0 }, ...config }),
    );
    expectOneLine(
      await farm(['agent', '--config', 'agent.yaml', ...options], { workingDirectory: folder }),
      said,
    );
    expect(processesNaming(folder)).toEqual([]);
  });
});
