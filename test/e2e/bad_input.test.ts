import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expectOneLine, file, folder, garbage, unusedCoordinator } from './bad_folder';
import { farm, type Finished } from './farm_command';
import { processesNaming } from './processes';

jest.setTimeout(60_000);

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

function escaped(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.()]/g, '\\$&'));
}
