import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { startNatsServer, type NatsServer } from '../servers/nats_server';
import { onnxModel } from '../agent/runtimes/small_models';
import { farm, type Finished } from './farm_command';
import { farmUp, type FarmUp } from './farm_up';
import { processesNaming } from './processes';

jest.setTimeout(60_000);

const unusedCoordinator = '127.0.0.1:1';
const folder = mkdtempSync(path.join(os.tmpdir(), 'farm-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(path.join(folder, name), content);
  return name;
};
const garbage = Uint8Array.from(
  { length: 2_000 },
  (_, index) => (index * 197 + (index >> 3)) % 256,
);

/** Status 2, nothing on standard output, and one line that says all that `said` asks for. */
function expectOneLine(
  { status, stdout, stderr }: Finished,
  said: readonly (string | RegExp)[],
): void {
  expect({ status, stdout, lines: stderr.trimEnd().split('\n').length, stderr }).toMatchObject({
    status: 2,
    stdout: '',
    lines: 1,
  });
  for (const each of said) expect(stderr).toMatch(each);
}

beforeAll(() => {
  file('garbage.yaml', garbage);
  file('broken.yaml', 'name: [\n');
  file('scalar.yaml', 'hello');
  file('empty.yaml', '');
  mkdirSync(path.join(folder, 'folder.yaml'));
  truncateSync(path.join(folder, file('big.yaml', '')), 5 * 1024 ** 2);
  mkdirSync(path.join(folder, 'folder.onnx'));
  file('empty.onnx', '');
  file('text.txt', 'hello');
  truncateSync(path.join(folder, file('huge.onnx', '')), 2 * 1024 ** 3);
});

describe('without a farm', () => {
  const run = (
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<Finished> =>
    farm(args, {
      workingDirectory: folder,
      environment: { FARM_COORDINATOR: unusedCoordinator, HOME: folder, ...environment },
    });

  test.each<[string, (string | RegExp)[]]>([
    ['nonsense', ["unknown command 'nonsense'"]],
    ['devices --nonsense', ["unknown option '--nonsense'"]],
    ['devices show', ["missing required argument 'serial'"]],
    ['bench model.onnx', ["required option '--on <targets>'"]],
    ['devices', ['no coordinator answers at 127.0.0.1:1', 'farm up', '--coordinator']],
    ['search list --json', ['no coordinator answers at 127.0.0.1:1']],
    ['--coordinator nonsense devices', ['--coordinator', 'expected HOST:PORT']],
    ['up --virtual-phones many', ['--virtual-phones', 'expected a whole number from 0 to 1000']],
    ['up --grpc 0', ['--grpc', 'from 1 to 65535']],
    ['up --data text.txt', [/text\.txt: cannot be written \(EEXIST\)/, '--data']],
    ['up --data text.txt/data', [/text\.txt\/data: cannot be written \(ENOTDIR\)/, '--data']],
    ['up --data /proc/farm/data', [/\/proc\/farm\/data: cannot be written \(ENOENT\)/, '--data']],
    ['up --data=', ["option '--data <dir>' argument '' is invalid", 'leave the option out']],
    ['up --grpc 99999999', ['--grpc', 'from 1 to 65535']],
    ['up --grpc 1e3', ['--grpc', 'from 1 to 65535']],
    ['up --data data --grpc 20001 --nats 20001', ['--grpc and --nats are both 20001']],
    ['demo -o /proc/farm', [/\/proc\/farm: cannot be made a folder \(ENOENT\)/, '-o DIR']],
    ['up --agent-config none.yaml', [escaped('none.yaml: cannot be read (ENOENT)')]],
    ['up --agent-config scalar.yaml', ['scalar.yaml: top level: expected object']],
    [
      'demo -o text.txt/results',
      [/text\.txt\/results: cannot be made a folder \(ENOTDIR\)/, '-o DIR'],
    ],
    ['bench none.onnx --on host/tflite/cpu/int8', [escaped('none.onnx: cannot be read (ENOENT)')]],
    ['bench empty.onnx --on host/tflite/cpu/int8', ['empty.onnx: is empty']],
    ['bench folder.onnx --on host/tflite/cpu/int8', ['folder.onnx: is no file']],
    ['bench text.txt --on host/tflite/cpu/int8', [/text\.txt: expected a \.onnx or \.tflite file/]],
    [
      'bench huge.onnx --on host/tflite/cpu/int8',
      ['huge.onnx: 2147483648 bytes is over the limit'],
    ],
    ['bench x.onnx --on host/tflite', ['target "host/tflite"', 'four parts', 'farm targets']],
    ['bench x.onnx --on host/tensorrt/cpu/int8', ['"tensorrt" is no runtime', 'onnxruntime']],
    ['bench x.onnx --on host/tflite/cpu/int8 --runs 0', ['--runs', 'from 1 to 10000']],
    ['bench x.onnx --on host/tflite/cpu/int8 --threads two', ['--threads', 'from 1 to 64']],
    ['search create none.yaml', [escaped('none.yaml: cannot be read (ENOENT)')]],
    ['search create folder.yaml', ['folder.yaml: is a folder']],
    ['search create garbage.yaml', ['garbage.yaml: not a text file']],
    ['search create big.yaml', ['big.yaml: larger than']],
  ])('farm %s', async (line, said) => expectOneLine(await run(line.split(' ')), said));

  test.each<[string, string, string, (string | RegExp)[]]>([
    [
      'coordinator',
      'typo.yaml',
      'grcp: { port: 0 }',
      ['typo.yaml: top level: unknown field grcp', 'grpc'],
    ],
    [
      'coordinator',
      'port.yaml',
      'grpc: { port: 70000 }',
      [/port\.yaml: field grpc\.port: .*65535/],
    ],
    [
      'coordinator',
      'nats.yaml',
      'nats: localhost',
      ['nats.yaml: field nats: expected nats://HOST:PORT'],
    ],
    [
      'coordinator',
      'open.yaml',
      'grpc: { host: 0.0.0.0, port: 0 }',
      ['0.0.0.0', '--insecure-listen'],
    ],
    [
      'coordinator',
      'lone.yaml',
      'nats: nats://127.0.0.1:1\ngrpc: { port: 0 }\nhttp: { port: 0 }\ndataDir: lone',
      ['no NATS server at 127.0.0.1:1', 'farm up'],
    ],
    [
      'agent',
      'far.yaml',
      'coordinator: lab:99999999',
      ['far.yaml: field coordinator: expected HOST:PORT with a port from 1 to 65535'],
    ],
    [
      'coordinator',
      'under.yaml',
      'dataDir: text.txt/x\nhttp: { port: 0 }',
      ['dataDir: text.txt/x cannot be created'],
    ],
    [
      'coordinator',
      'proc.yaml',
      'dataDir: /proc/farm/data\nhttp: { port: 0 }',
      ['dataDir: /proc/farm/data cannot be created (ENOENT)'],
    ],
    [
      'coordinator',
      'no-data.yaml',
      'dataDir: ""\nhttp: { port: 0 }',
      ['no-data.yaml: field dataDir: '],
    ],
    [
      'coordinator',
      'lost-ledger.yaml',
      'dataDir: lost-ledger\nhttp: { port: 0 }',
      [/ledger .*lost-ledger\/ledger\.sqlite: an empty file/, 'backup'],
    ],
    [
      'coordinator',
      'brackets.yaml',
      '['.repeat(100_000),
      ['brackets.yaml: not usable YAML: brackets nested deeper than 50 levels'],
    ],
    [
      'coordinator',
      'not-ledger.yaml',
      'dataDir: not-ledger\nhttp: { port: 0 }',
      [/ledger .*not-ledger\/ledger\.sqlite: not a database/, 'backup'],
    ],
    [
      'agent',
      'pool.yaml',
      'pools: { R5CT: "Lab A" }',
      ['pool.yaml: field pools.R5CT: expected lower-case'],
    ],
    [
      'agent',
      'offer.yaml',
      'runtimes: { R5CT: [tflite/tpu/int8] }',
      ['offer.yaml: field runtimes.R5CT.0', 'tflite/npu/int8'],
    ],
    [
      'agent',
      'tools.yaml',
      'tools: { tflite: { benchmark: /x } }',
      ['tools.yaml: field tools.tflite: unknown field benchmark', 'benchmarkModel'],
    ],
    ['agent', 'broken.yaml', 'name: [\n', ['broken.yaml: not valid YAML', 'line']],
    [
      'agent',
      'alone.yaml',
      'nats: nats://127.0.0.1:1\nhttp: { port: 0 }\ndataDir: alone',
      ['no NATS server at 127.0.0.1:1'],
    ],
    [
      'agent',
      'agent-under.yaml',
      'dataDir: text.txt/x\nhttp: { port: 0 }',
      ['dataDir: text.txt/x cannot be created'],
    ],
  ])('farm %s --config %s, which says %j', async (program, name, yaml, said) => {
    mkdirSync(path.join(folder, 'not-ledger'), { recursive: true });
    writeFileSync(path.join(folder, 'not-ledger/ledger.sqlite'), garbage);
    mkdirSync(path.join(folder, 'lost-ledger'), { recursive: true });
    writeFileSync(path.join(folder, 'lost-ledger/ledger.sqlite'), '');
    file(name, yaml);
    expectOneLine(await run([program, '--config', name]), said);
    expect(processesNaming(folder)).toEqual([]);
  });

  // A server may be where only root's PATH looks, and there it is found whatever PATH says.
  test('farm up without adb, and perhaps without nats-server', async () => {
    const onlyNode = path.join(folder, 'bin');
    mkdirSync(onlyNode);
    symlinkSync(process.execPath, path.join(onlyNode, 'node'));
    expectOneLine(
      await run(['up', '--data', 'data', '--virtual-phones', '1'], { PATH: onlyNode }),
      [/^farm: (nats-server and )?adb cannot be found/, /apt-get install (nats-server )?adb/],
    );
    expect(readdirSync(path.join(folder, 'data'))).toEqual([]);
  });

  test('farm doctor says which tool is missing, in the words of its field', async () => {
    file(
      'doctor.yaml',
      'adb: { enabled: false }\ntools: { tflite: { benchmarkModel: /nowhere/benchmark_model } }',
    );
    const { status, stdout } = await run(['doctor', '--agent-config', 'doctor.yaml']);
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: expect.stringMatching(
        /^tools +bad +tools\.tflite\.benchmarkModel: \/nowhere\/benchmark_model cannot be read \(ENOENT\)/m,
      ) as string,
    });
  });
});

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

describe('with a farm', () => {
  let up: FarmUp;
  beforeAll(async () => {
    up = await farmUp(0);
  });
  afterAll(() => up.remove());

  const spec = {
    name: 'bad',
    space: 'nasbench201',
    targets: ['host/onnxruntime/cpu/int8'],
    budget: { measurements: 2 },
  };
  test.each<[string, object, (string | RegExp)[]]>([
    [
      'an unknown field',
      { ...spec, bugdet: {} },
      ['spec.yaml: top level: unknown field bugdet', 'budget'],
    ],
    [
      'a negative budget',
      { ...spec, budget: { measurements: -2 } },
      ['spec.yaml: field budget.measurements: expected a whole number from 1'],
    ],
    [
      'half a target',
      { ...spec, targets: ['host/onnxruntime'] },
      ['spec.yaml: field targets.0', 'four parts'],
    ],
    [
      'a target that nobody offers',
      { ...spec, targets: ['sm8750/onnxruntime/npu/int8'] },
      [
        'field targets.0: no device has ever offered sm8750/onnxruntime/npu/int8',
        'host/onnxruntime/cpu/int8',
      ],
    ],
    [
      'a target for other models',
      { ...spec, targets: ['host/tflite/cpu/int8'] },
      ['field targets.0', 'runtime onnxruntime'],
    ],
    [
      'another space',
      { ...spec, space: 'darts' },
      ['field space: there is no search space darts; choose one of'],
    ],
  ])('a search with %s', async (_, content, said) => {
    writeFileSync(path.join(up.folder, 'spec.yaml'), JSON.stringify(content));
    expectOneLine(await up.run('search', 'create', 'spec.yaml'), said);
    expect(await up.json('search', 'list')).toEqual([]);
  });

  test.each<[string, Uint8Array, (string | RegExp)[]]>([
    ['garbage.onnx', garbage, ['garbage.onnx: not a usable ONNX file']],
    ['garbage.tflite', garbage, ['garbage.tflite: not a usable TFLite file']],
    [
      'truncated.onnx',
      onnxModel('Relu', [1, 8]).subarray(0, 40),
      ['truncated.onnx: not a usable ONNX file'],
    ],
    [
      'dynamic.onnx',
      onnxModel('Relu', ['batch', 8]),
      ["dynamic.onnx: input 'x' has a dynamic dimension 'batch'; fix it"],
    ],
    ['misnamed.tflite', onnxModel('Relu', [1, 8]), ['misnamed.tflite: ', 'it is onnx']],
  ])('a model %s', async (name, bytes, said) => {
    writeFileSync(path.join(up.folder, name), bytes);
    expectOneLine(await up.run('bench', name, '--on', 'host/onnxruntime/cpu/int8'), said);
  });

  test('a model for a target that nobody offers', async () => {
    writeFileSync(path.join(up.folder, 'relu.onnx'), onnxModel('Relu', [1, 8]));
    expectOneLine(await up.run('bench', 'relu.onnx', '--on', 'sm8750/onnxruntime/npu/int8'), [
      'target "sm8750/onnxruntime/npu/int8": no device of the fleet offers it',
      'host/onnxruntime/cpu/int8',
    ]);
  });

  test.each<[string, (string | RegExp)[]]>([
    ['search show no-such', ['no search "no-such"', 'farm search list']],
    ['search front no-such', ['no search "no-such"']],
    ['search stop no-such', ['no search "no-such"']],
    ['search export no-such arch -o out', ['no search "no-such"']],
    ['devices show NONE', ['NONE', 'farm devices']],
    ['devices drain NONE', ['NONE', 'farm devices']],
    ['devices remove NONE', ['NONE', 'farm devices']],
  ])('farm %s', async (line, said) => {
    expectOneLine(await up.run(...line.split(' ')), said);
    expect(readdirSync(up.folder)).not.toContain('out');
  });

  test('a second farm up on the same data', async () => {
    expectOneLine(await up.run('up', '--data', up.dataDir), [
      /data is in use by another farm \(process \d+\)/,
      '--data',
    ]);
    expect(await up.json('devices')).toMatchObject({ devices: [{ state: 'idle' }] });
  });
});

function escaped(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.()]/g, '\\$&'));
}
