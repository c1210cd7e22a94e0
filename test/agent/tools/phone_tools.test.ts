import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Hardware } from '../../../agent/device/device';
import { openPhoneTools } from '../../../agent/tools/phone_tools';
import { runtimesFor, type RuntimeSelection } from '../../../agent/runtimes/registry';
import { toolPathsSchema } from '../../../agent/tools/tool_paths';
import { fetchTool } from '../../../agent/tools/fetch_tool';
import type { FetchedTool } from '../../../agent/tools/tool_source';
import { arm64, elf, litertFiles, sdkFiles, toolServer, type ToolServer } from './tool_server';

const sdk = '2.47.0.260601';
let cacheFolder: string;
let server: ToolServer;
beforeEach(async () => {
  cacheFolder = mkdtempSync(path.join(tmpdir(), 'tools-'));
  const files = litertFiles('2.2.0');
  files['2.2.0/android_arm64/benchmark_model'] = elf(arm64, '--dispatch_library_path');
  server = await toolServer({ ...files, ...sdkFiles(sdk) });
});
afterEach(async () => {
  await server.close();
  rmSync(cacheFolder, { recursive: true });
});

const fetchIt = async (tool: FetchedTool, version: string): Promise<void> => {
  const wait = (): Promise<void> => Promise.resolve();
  const request = {
    tool,
    version,
    cacheFolder,
    baseUrl: server.url,
    nowMs: () => 1,
    wait,
    onProgress: () => undefined,
  };
  expect(await fetchTool(request)).toMatchObject({ ok: true });
};
const phone = (soc: string): Hardware => ({
  serial: 'P1',
  kind: 'phone',
  manufacturer: 'Maker',
  model: 'Phone',
  soc,
  osBuild: 'build',
  abi: 'arm64-v8a',
  cpuClusters: [],
  memoryBytes: 8e9,
  storageFreeBytes: 1e10,
  thermalSensors: [],
});
const selection = async (soc: string, configured: object = {}): Promise<RuntimeSelection> =>
  runtimesFor(phone(soc), await openPhoneTools(toolPathsSchema.parse(configured), cacheFolder));
const npuOf = ({ adapters }: RuntimeSelection): RuntimeSelection['adapters'][number] | undefined =>
  adapters.find(({ offers }) => offers.some(({ unit }) => unit === 'npu'));

describe('a phone without any configured tool', () => {
  test('is told in one line what to type', async () => {
    expect((await selection('SM8550')).missing).toContainEqual(
      expect.stringMatching(/^tflite on cpu, gpu: .*type: farm tools fetch litert\)$/),
    );
  });

  test('measures on CPU and GPU with what was fetched, and is told what its NPU lacks', async () => {
    await fetchIt('litert', '2.2.0');
    const { adapters, missing } = await selection('SM8550');
    expect(adapters.flatMap(({ offers }) => offers.map(({ unit }) => unit))).toEqual(
      expect.arrayContaining(['cpu', 'gpu']),
    );
    expect(missing).toContainEqual(
      expect.stringMatching(/^tflite on npu: .*type: farm tools fetch qairt\)$/),
    );
  });

  test('gets the libraries of its own Hexagon, and a digest of its own', async () => {
    await fetchIt('litert', '2.2.0');
    await fetchIt('qairt', sdk);
    const npu = npuOf(await selection('SM8550-AC'));
    const names = npu?.tools?.files.map(({ name }) => name) ?? [];
    expect(names).toEqual(
      expect.arrayContaining([
        'benchmark_model',
        'libQnnHtpV73Stub.so',
        'libQnnHtpV73Skel.so',
        'libQnnIr.so',
      ]),
    );
    expect(names.filter((name) => /V(?:69|75)/.test(name))).toEqual([]);
    const others = [npuOf(await selection('SM8650')), npuOf(await selection('SM8450'))];
    expect(new Set([npu, ...others].map((each) => each?.tools?.digest)).size).toBe(3);
  });

  test('is refused a file that is not what was fetched', async () => {
    await fetchIt('litert', '2.2.0');
    const file = path.join(cacheFolder, 'litert/2.2.0/benchmark_model');
    writeFileSync(file, elf(arm64, '--dispatch_library_pith'));
    const { adapters, missing } = await selection('SM8550');
    expect(adapters).toEqual([]);
    expect(missing).toContainEqual(
      expect.stringContaining(`${file} is not what was fetched any more`),
    );
  });
});

test('what the operator configured is not mixed with what was fetched', async () => {
  await fetchIt('litert', '2.2.0');
  await fetchIt('qairt', sdk);
  const own = path.join(cacheFolder, 'own_benchmark_model');
  writeFileSync(own, 'own');
  const { adapters } = await selection('SM8550', { tflite: { benchmarkModel: own } });
  const files = adapters.flatMap(
    ({ tools }) => tools?.files.map(({ localPath }) => localPath) ?? [],
  );
  expect(new Set(files)).toEqual(new Set([own]));
});
