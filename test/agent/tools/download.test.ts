import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { download } from '../../../agent/tools/download';
import { toolServer, type ToolServer } from './tool_server';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const largestBytes = 1_000_000;

let folder: string;
let server: ToolServer;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'download-'));
  server = await toolServer({ 'some.zip': content });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const file = (): string => path.join(folder, 'some.zip');
const fetchIt = (
  limits: { largestBytes?: number; name?: string } = {},
): ReturnType<typeof download> =>
  download({
    url: `${server.url}/${limits.name ?? 'some.zip'}`,
    file: file(),
    largestBytes: limits.largestBytes ?? largestBytes,
    onProgress: () => undefined,
    wait: () => Promise.resolve(),
  });

describe('a download', () => {
  test('is there whole, and leaves nothing beside it', async () => {
    const seen: (number | null)[][] = [];
    const onProgress = (done: number, total: number | null): void => void seen.push([done, total]);
    const result = await download({
      url: `${server.url}/some.zip`,
      file: file(),
      largestBytes,
      onProgress,
      wait: () => Promise.resolve(),
    });
    expect(result).toEqual({ ok: true, value: null });
    expect(readFileSync(file()).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['some.zip']);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
  });

  test('goes on where the line broke', async () => {
    server.mishaps.set('some.zip', [
      { kind: 'cut', afterBytes: 100_000 },
      { kind: 'cut', afterBytes: 50_000 },
    ]);
    expect(await fetchIt()).toEqual({ ok: true, value: null });
    expect(readFileSync(file()).equals(content)).toBe(true);
    expect(server.requests).toEqual([
      'some.zip',
      'some.zip bytes=100000-',
      'some.zip bytes=150000-',
    ]);
  });

  test('goes on where a killed one stopped', async () => {
    server.mishaps.set('some.zip', [
      { kind: 'cut', afterBytes: 200_000 },
      ...Array.from({ length: 5 }, () => ({ kind: 'status', status: 503 }) as const),
    ]);
    expect(await fetchIt()).toMatchObject({
      ok: false,
      error: { kind: 'interrupted', status: 503 },
    });
    server.requests.length = 0;
    expect(await fetchIt()).toEqual({ ok: true, value: null });
    expect(readFileSync(file()).equals(content)).toBe(true);
    expect(server.requests).toEqual(['some.zip bytes=200000-']);
  });

  test('begins again when the file changed in between', async () => {
    const other = Buffer.from(content).reverse();
    server.mishaps.set('some.zip', [
      { kind: 'cut', afterBytes: 1_000 },
      { kind: 'changed', content: other },
    ]);
    expect(await fetchIt()).toEqual({ ok: true, value: null });
    expect(readFileSync(file()).equals(other)).toBe(true);
  });

  test('begins again where the server knows no ranges', async () => {
    server.mishaps.set('some.zip', [
      { kind: 'cut', afterBytes: 1_000 },
      { kind: 'ignores-ranges' },
    ]);
    expect(await fetchIt()).toEqual({ ok: true, value: null });
    expect(readFileSync(file()).equals(content)).toBe(true);
  });

  test('does not take over what another address left', async () => {
    writeFileSync(`${file()}.part`, 'something else');
    writeFileSync(
      `${file()}.part.json`,
      JSON.stringify({ url: 'http://127.0.0.1/other', validator: '"x"' }),
    );
    expect(await fetchIt()).toEqual({ ok: true, value: null });
    expect(readFileSync(file()).equals(content)).toBe(true);
  });

  test('that is there already is not asked for again', async () => {
    await fetchIt();
    await fetchIt();
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['is not there', { name: 'none.zip' }, 404],
    ['is larger than anything expected', { largestBytes: 1_000 }, 200],
  ])('of what %s is refused and leaves nothing', async (_, limits, status) => {
    expect(await fetchIt(limits)).toMatchObject({ ok: false, error: { kind: 'refused', status } });
    expect(server.requests).toHaveLength(1);
    expect(existsSync(file())).toBe(false);
  });
});
