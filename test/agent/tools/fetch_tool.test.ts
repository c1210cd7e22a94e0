import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { fetchTool, type FetchFailure, type FetchedNow } from '../../../agent/tools/fetch_tool';
import { bundleDigest, phoneBundle } from '../../../agent/tools/phone_bundle';
import { readToolCache } from '../../../agent/tools/tool_cache';
import type { FetchedTool } from '../../../agent/tools/tool_source';
import type { Result } from '../../../common/result';
import {
  arm64,
  elf,
  litertFiles,
  sdkEntries,
  sdkFiles,
  toolServer,
  type ToolServer,
} from './tool_server';

const sdk = '2.47.0.260601';
let cacheFolder: string;
let server: ToolServer;
let now = 1_000;
beforeEach(async () => {
  cacheFolder = mkdtempSync(path.join(tmpdir(), 'tools-'));
  server = await toolServer({
    ...litertFiles('2.2.0'),
    ...litertFiles('nightly'),
    ...sdkFiles(sdk),
  });
});
afterEach(async () => {
  await server.close();
  rmSync(cacheFolder, { recursive: true });
});

const fetchIt = (tool: FetchedTool, version: string): Promise<Result<FetchedNow, FetchFailure>> =>
  fetchTool({
    tool,
    version,
    cacheFolder,
    baseUrl: `${server.url}/`,
    nowMs: () => (now += 1),
    wait: () => Promise.resolve(),
    onProgress: () => undefined,
  });
const serveSdk = (entries: Record<string, Uint8Array>): void => {
  server.files.set(`${sdk}/v${sdk}.zip`, zipSync(entries));
};

describe('fetching LiteRT', () => {
  test('keeps its three files with their checksums, once', async () => {
    const first = await fetchIt('litert', '2.2.0');
    expect(first).toMatchObject({ ok: true, value: { isNew: true } });
    const { installed } = await readToolCache(cacheFolder);
    expect(installed[0]!.manifest).toMatchObject({
      tool: 'litert',
      version: '2.2.0',
      licence: 'Apache-2.0',
    });
    expect(installed[0]!.manifest.files.map(({ name }) => name)).toEqual([
      'benchmark_model',
      'libLiteRtCompilerPlugin_Qualcomm.so',
      'libLiteRtDispatch_Qualcomm.so',
    ]);
    for (const { sha256 } of installed[0]!.manifest.files) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    server.requests.length = 0;
    expect(await fetchIt('litert', '2.2.0')).toMatchObject({ ok: true, value: { isNew: false } });
    expect(server.requests).toEqual([]);
    expect(readdirSync(cacheFolder)).toEqual(['litert']);
  });

  test('goes on after an interruption without fetching anything twice', async () => {
    const plugin = '2.2.0/android_arm64/libLiteRtCompilerPlugin_Qualcomm.so';
    server.mishaps.set(
      plugin,
      Array.from({ length: 5 }, () => ({ kind: 'status', status: 500 }) as const),
    );
    expect(await fetchIt('litert', '2.2.0')).toMatchObject({
      ok: false,
      error: { kind: 'interrupted' },
    });
    expect(await readToolCache(cacheFolder)).toEqual({ installed: [], broken: [] });
    server.requests.length = 0;
    expect(await fetchIt('litert', '2.2.0')).toMatchObject({ ok: true, value: { isNew: true } });
    expect(server.requests).toEqual([plugin]);
  });

  test('of a moving version brings what is there today', async () => {
    await fetchIt('litert', 'nightly');
    server.files.set('nightly/android_arm64/benchmark_model', elf(arm64, 'tomorrow'));
    expect(await fetchIt('litert', 'nightly')).toMatchObject({ ok: true, value: { isNew: true } });
    const [installed] = (await readToolCache(cacheFolder)).installed;
    expect(installed!.manifest.files[0]!.sizeBytes).toBe(64 + 'tomorrow'.length);
  });

  test.each([
    ['a web page', Buffer.from('<html>please log in</html>'), /benchmark_model is no program/],
    ['a program for PCs', elf(0x3e), /built for x86_64/],
    ['nothing', Buffer.alloc(0), /is no program/],
  ])('takes %s for no tool, and asks anew next time', async (_, content, message) => {
    const name = '2.2.0/android_arm64/benchmark_model';
    const right = server.files.get(name)!;
    server.files.set(name, content);
    expect(await fetchIt('litert', '2.2.0')).toMatchObject({
      ok: false,
      error: { kind: 'unusable', message: expect.stringMatching(message) as string },
    });
    expect(await readToolCache(cacheFolder)).toEqual({ installed: [], broken: [] });
    server.files.set(name, right);
    expect(await fetchIt('litert', '2.2.0')).toMatchObject({ ok: true });
  });

  test('says which version is not there', async () => {
    expect(await fetchIt('litert', '9.9.9')).toMatchObject({
      ok: false,
      error: { kind: 'not-there' },
    });
  });
});

describe("fetching Qualcomm's SDK", () => {
  test('keeps what phones need of it, and its licence', async () => {
    const result = await fetchIt('qairt', sdk);
    expect(result.ok && result.value.installed.manifest.files.map(({ name }) => name)).toEqual([
      'LICENSE.pdf',
      ...[
        'Htp',
        'HtpPrepare',
        'HtpV69Stub',
        'HtpV73Stub',
        'HtpV75Stub',
        'Ir',
        'Saver',
        'System',
        'TFLiteDelegate',
      ].map((name) => `android/libQnn${name}.so`),
      ...[69, 73, 75].map(
        (version) => `hexagon-v${String(version)}/libQnnHtpV${String(version)}Skel.so`,
      ),
    ]);
    expect(readdirSync(cacheFolder)).toEqual(['qairt']);
  });

  test('is one bundle with one digest for each Hexagon version', async () => {
    await fetchIt('litert', '2.2.0');
    await fetchIt('qairt', sdk);
    const bundle = phoneBundle(await readToolCache(cacheFolder))!;
    const ready = bundle.npu.kind === 'ready' ? bundle.npu : null;
    expect(ready?.qairtVersion).toBe(sdk);
    expect(ready?.byHexagon.get(73)?.map(({ fileName }) => fileName)).toEqual([
      'libQnnHtp.so',
      'libQnnHtpPrepare.so',
      'libQnnHtpV73Stub.so',
      'libQnnIr.so',
      'libQnnSaver.so',
      'libQnnSystem.so',
      'libQnnHtpV73Skel.so',
    ]);
    const digests = [...ready!.byHexagon.values()].map((files) =>
      bundleDigest([...bundle.programs, ...files]),
    );
    expect(new Set(digests).size).toBe(3);
  });

  test('of another revision than LiteRT was built with is not mixed with it', async () => {
    const other = '2.44.0.260225';
    for (const [name, content] of Object.entries(sdkFiles(other))) server.files.set(name, content);
    await fetchIt('litert', '2.2.0');
    await fetchIt('qairt', other);
    expect(phoneBundle(await readToolCache(cacheFolder))?.npu).toEqual({
      kind: 'lacking',
      remedy: `no libraries of Qualcomm's that fit LiteRT 2.2.0; type: farm tools fetch qairt --version ${sdk}`,
    });
  });

  test.each([
    ['no libraries', { 'readme.txt': Buffer.from('hello') }, /holds no libQnnSystem\.so/],
    [
      'no skeletons',
      Object.fromEntries(
        Object.entries(sdkEntries(sdk, [73])).filter(([name]) => !name.includes('hexagon')),
      ),
      /a stub with its skeleton/,
    ],
    [
      'a file twice',
      { ...sdkEntries(sdk, [73]), 'again/lib/aarch64-android/libQnnHtp.so': elf(arm64) },
      /is there twice/,
    ],
    [
      'libraries for PCs',
      { ...sdkEntries(sdk, [73]), [`qairt/${sdk}/lib/aarch64-android/libQnnHtp.so`]: elf(0x3e) },
      /built for x86_64/,
    ],
  ])('takes an archive with %s for no SDK', async (_, entries, message) => {
    serveSdk(entries);
    expect(await fetchIt('qairt', sdk)).toMatchObject({
      ok: false,
      error: { kind: 'unusable', message: expect.stringMatching(message) as string },
    });
    expect((await readToolCache(cacheFolder)).installed).toEqual([]);
  });

  test('writes nothing outside of the cache, whatever the archive names', async () => {
    serveSdk({
      ...sdkEntries(sdk, [73]),
      '../../escaped/lib/aarch64-android/libQnnIr.so': elf(arm64),
    });
    expect(await fetchIt('qairt', sdk)).toMatchObject({ ok: false, error: { kind: 'unusable' } });
    expect(existsSync(path.join(cacheFolder, '../escaped'))).toBe(false);
  });

  test('notices bytes that do not have their checksum', async () => {
    const archive = Buffer.from(zipSync(sdkEntries(sdk, [73]), { level: 0 }));
    archive[archive.indexOf('skel 73') + 3]! ^= 1;
    server.files.set(`${sdk}/v${sdk}.zip`, archive);
    expect(await fetchIt('qairt', sdk)).toMatchObject({
      ok: false,
      error: { kind: 'unusable', message: expect.stringMatching(/checksum/) as string },
    });
  });

  test('takes no page for an archive', async () => {
    server.files.set(`${sdk}/v${sdk}.zip`, Buffer.from('<html>sign in</html>'));
    expect(await fetchIt('qairt', sdk)).toMatchObject({
      ok: false,
      error: { kind: 'unusable', message: expect.stringMatching(/is no ZIP archive/) as string },
    });
  });
});

describe('the cache', () => {
  test('tells a tool whose files changed since', async () => {
    await fetchIt('litert', '2.2.0');
    writeFileSync(path.join(cacheFolder, 'litert/2.2.0/benchmark_model'), 'short');
    expect(await readToolCache(cacheFolder)).toEqual({
      installed: [],
      broken: [path.join(cacheFolder, 'litert/2.2.0')],
    });
    expect(await fetchIt('litert', '2.2.0')).toMatchObject({ ok: true, value: { isNew: true } });
  });

  test('is mended by the same command where a file was changed in place', async () => {
    await fetchIt('litert', '2.2.0');
    const file = path.join(cacheFolder, 'litert/2.2.0/benchmark_model');
    const bytes = readFileSync(file);
    bytes[100]! ^= 1;
    writeFileSync(file, bytes);
    expect(await fetchIt('litert', '2.2.0')).toMatchObject({ ok: true, value: { isNew: true } });
    bytes[100]! ^= 1;
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test('that is not there, or holds strange things, is empty', async () => {
    expect(await readToolCache(path.join(cacheFolder, 'none'))).toEqual({
      installed: [],
      broken: [],
    });
    symlinkSync('/nowhere', path.join(cacheFolder, 'litert'));
    expect(await readToolCache(cacheFolder)).toEqual({ installed: [], broken: [] });
  });
});
