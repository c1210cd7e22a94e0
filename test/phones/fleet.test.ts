import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  defaultFleet,
  defaultFleetYaml,
  readFleetFile,
  startVirtualFleet,
  type VirtualFleet,
} from '../../phones/fleet';
import { fleetSchema } from '../../phones/fleet_file';
import { connectFleet, type FleetLink } from '../../phones/server_link';
import { writeVirtualTools } from '../../phones/tools/tool_files';
import { parseYaml } from '../../platform/config/yaml';
import { startAdbServer, type TestAdbServer } from '../servers/adb_server';
import { watchPhones } from '../agent/device/adb/adb_fixture';
import { buildOnnxFixture } from './onnx_fixture';

const runFile = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
let server: TestAdbServer;
let fleet: VirtualFleet;
let link: FleetLink;

beforeAll(async () => {
  server = await startAdbServer();
  fleet = await startVirtualFleet(defaultFleet(64, 1));
  link = connectFleet(fleet.phones, { adbHost: '127.0.0.1', adbPort: server.port });
});

afterAll(async () => {
  await link.close();
  fleet.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function adb(phone: number, ...words: string[]): Promise<{ status: number; output: string }> {
  try {
    const { stdout } = await runFile('adb', [
      '-P',
      String(server.port),
      '-s',
      `127.0.0.1:${fleet.phones[phone]!.port}`,
      ...words,
    ]);
    return { status: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, output: stdout + stderr };
  }
}

test('the real adb server lists 64 phones, each with its own serial number', async () => {
  expect(await link.connected(15_000)).toBe(true);
  const serials = await Promise.all(
    fleet.phones.slice(0, 8).map(async (phone, index) => ({
      said: (await adb(index, 'shell', 'getprop ro.serialno')).output.trim(),
      serial: phone.serial,
    })),
  );
  for (const { said, serial } of serials) expect(said).toBe(serial);
  expect((await adb(0, 'shell', 'exit 3')).status).toBe(3);
});

test('a model goes there and back, and the pushed tool runs it', async () => {
  const tools = await writeVirtualTools(join(folder, 'tools'));
  writeFileSync(join(folder, 'm.onnx'), buildOnnxFixture(40));
  expect(
    (await adb(0, 'push', tools.onnxruntime.perfTest, join(folder, 'm.onnx'), '/data/local/tmp/'))
      .status,
  ).toBe(0);
  const { status, output } = await adb(
    0,
    'shell',
    'cd /data/local/tmp && ./onnxruntime_perf_test -e qnn -m times -r 20 -s m.onnx r.csv && wc -l r.csv',
  );
  expect({ status, output }).toMatchObject({
    status: 0,
    output: expect.stringMatching(
      /Total inference requests: 20[\s\S]*P50 Latency: 0\.0\d+ s\n[\s\S]*28 r.csv/,
    ) as string,
  });
  expect((await adb(0, 'pull', '/data/local/tmp/m.onnx', join(folder, 'back.onnx'))).status).toBe(
    0,
  );
  expect(readFileSync(join(folder, 'back.onnx')).equals(readFileSync(join(folder, 'm.onnx')))).toBe(
    true,
  );
  expect((await adb(0, 'pull', '/data/local/tmp/none', join(folder, 'none'))).status).toBe(1);
  expect((await adb(0, 'shell', 'ls', '/data/local/tmp')).output).toBe(
    'm.onnx\nonnxruntime_perf_test\nr.csv\n',
  );
});

test('an unplugged phone is gone and comes back with its files', async () => {
  await adb(1, 'shell', 'echo kept > /data/local/tmp/f');
  fleet.phones[1]!.unplug();
  expect((await adb(1, 'shell', 'true')).status).not.toBe(0);
  fleet.phones[1]!.replug();
  let answer = await adb(1, 'shell', 'cat /data/local/tmp/f');
  for (let tries = 0; answer.status !== 0 && tries < 100; tries += 1)
    answer = await adb(1, 'shell', 'cat /data/local/tmp/f');
  expect(answer.output).toBe('kept\n');
});

test('a full disk refuses a push', async () => {
  fleet.phones[2]!.inject({ kind: 'disk-full' });
  const { status, output } = await adb(2, 'push', join(folder, 'm.onnx'), '/data/local/tmp/m.onnx');
  expect(status).toBe(1);
  expect(output).toContain('No space left on device');
  expect((await adb(2, 'shell', 'ls /data/local/tmp')).output).toBe('');
});

test('the default fleet has all phones asked for, and its file says the same', () => {
  const total = (count: number): number =>
    defaultFleet(count, 5).phones.reduce((sum, group) => sum + group.count, 0);
  expect([1, 3, 7, 500].map(total)).toEqual([1, 3, 7, 500]);
  expect(parseYaml(defaultFleetYaml(7, 5), fleetSchema, 'fleet.yaml')).toEqual(defaultFleet(7, 5));
});

test.each([
  ['phones: [{soc: sm1, count: 1}]', 'field phones.0.soc: expected one of'],
  ['phones: [{soc: sm8550, count: 5000}]', 'field phones.0.count'],
  [
    'phones: [{soc: sm8550, faults: [{atMs: 1, fault: {kind: fire}}]}]',
    'field phones.0.faults.0.fault.kind',
  ],
])('%s is refused with its place', (text, message) => {
  const path = join(folder, 'fleet.yaml');
  writeFileSync(path, text);
  expect(() => readFleetFile(path)).toThrow(message);
});

test('a table of latencies is replayed instead of the cost model', async () => {
  writeFileSync(
    join(folder, 'table.csv'),
    'soc,runtime,unit,model,latency_ms\n*,onnxruntime,cpu,m.onnx,777\n',
  );
  writeFileSync(join(folder, 'replay.yaml'), 'latencyTable: table.csv\nphones: [{soc: sm8450}]\n');
  const replay = await startVirtualFleet(readFleetFile(join(folder, 'replay.yaml')));
  const other = connectFleet(replay.phones, { adbHost: '127.0.0.1', adbPort: server.port });
  expect(await other.connected(15_000)).toBe(true);
  const serial = `127.0.0.1:${replay.phones[0]!.port}`;
  await runFile('adb', [
    '-P',
    String(server.port),
    '-s',
    serial,
    'push',
    join(folder, 'tools/onnxruntime_perf_test'),
    join(folder, 'm.onnx'),
    '/data/local/tmp/',
  ]);
  const { stdout } = await runFile('adb', [
    '-P',
    String(server.port),
    '-s',
    serial,
    'shell',
    'cd /data/local/tmp; ./onnxruntime_perf_test -m times -r 9 m.onnx',
  ]);
  const meanMs = Number(/cost total: ([\d.]+) ms/.exec(stdout)?.[1]);
  expect(meanMs).toBeGreaterThan(600);
  expect(meanMs).toBeLessThan(1200);
  await other.close();
  replay.stop();
});

test('a fleet file can have phones that give one number, phones reached in two ways, and frozen readings; the agent tells them apart', async () => {
  const odd = await startVirtualFleet(
    fleetSchema.parse({
      phones: [
        { soc: 'sm8550', count: 2, sharedSerial: '0123456789ABCDEF' },
        { soc: 'sm8650', serialPrefix: 'TWICE', ways: 2, batteryFrozen: true },
      ],
    }),
  );
  const own = await startAdbServer();
  const watch = watchPhones(own.port);
  const plugged = connectFleet(odd.phones, { adbHost: '127.0.0.1', adbPort: own.port });
  const names = odd.phones.slice(0, 2).map((phone) => `127.0.0.1:${String(phone.port)}`);
  await watch.until(() => [...names, 'TWICE-1'].every((name) => watch.devices.has(name)));
  expect(await plugged.connected(15_000)).toBe(true);
  expect([...watch.devices.keys()].toSorted()).toEqual([...names, 'TWICE-1'].toSorted());
  expect(await watch.devices.get('TWICE-1')!.readState()).toMatchObject({
    ok: true,
    value: { batteryFrozen: true, batteryCelsius: 25 },
  });
  await plugged.close();
  await watch.tracker.close();
  odd.stop();
  await own.stop();
});
