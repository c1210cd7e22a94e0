import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { BadInputError } from '../../../common/bad_input';
import { createLogger } from '../../../platform/logger';
import { openSpool, type Spool } from '../../../agent/results/spool';
import { encodeResult } from '../../../proto/codec/result';
import { aResult } from '../../contract/ledger/ledger_samples';
import { spawnTypescript } from '../../process/typescript_process';

const logger = createLogger('test', 'silent');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'farm-spool-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const files = (): string[] => readdirSync(directory).filter((name) => name !== 'set-aside');
const leases = (spool: Spool): string[] =>
  spool.list().map(({ lease }) => `${lease.jobId}:${String(lease.epoch)}`);

describe('the spool', () => {
  it('gives results back after a restart, byte for byte, oldest lease first', async () => {
    const first = await openSpool(directory, logger);
    await Promise.all([
      first.add(aResult('b', 20)),
      first.add(aResult('a', 3)),
      first.add(aResult('a', 100)),
    ]);
    const second = await openSpool(directory, logger);
    expect(leases(second)).toEqual(['a:3', 'b:20', 'a:100']);
    expect(await second.read(second.list()[0]!)).toEqual(encodeResult(aResult('a', 3)));
  });

  it('keeps one result per lease', async () => {
    const spool = await openSpool(directory, logger);
    await Promise.all([spool.add(aResult('a', 1)), spool.add(aResult('a', 1))]);
    await spool.add(aResult('a', 1));
    expect(leases(spool)).toEqual(['a:1']);
    expect(files()).toHaveLength(1);
  });

  it('forgets what was removed, also after a restart', async () => {
    const spool = await openSpool(directory, logger);
    await spool.add(aResult('a', 1));
    await spool.add(aResult('b', 2));
    await spool.remove(spool.list()[0]!);
    expect(leases(spool)).toEqual(['b:2']);
    expect(leases(await openSpool(directory, logger))).toEqual(['b:2']);
  });

  it('takes job ids that no file could be named after', async () => {
    const spool = await openSpool(directory, logger);
    await spool.add(aResult('../../etc/passwd', 1));
    await spool.add(aResult('x'.repeat(200), 2));
    expect(leases(await openSpool(directory, logger))).toHaveLength(2);
  });

  it('sets damaged files aside and goes on with the rest', async () => {
    const spool = await openSpool(directory, logger);
    for (const epoch of [1, 2, 3]) await spool.add(aResult('a', epoch));
    const [first, second] = files().sort();
    const damage = (name: string): void =>
      writeFileSync(
        path.join(directory, name),
        readFileSync(path.join(directory, name)).subarray(0, 100),
      );
    damage(first!);
    expect(await spool.read(spool.list()[0]!)).toBeUndefined();
    expect(leases(spool)).toEqual(['a:2', 'a:3']);
    damage(second!);
    expect(leases(await openSpool(directory, logger))).toEqual(['a:3']);
    expect(readdirSync(path.join(directory, 'set-aside')).sort()).toEqual([first, second]);
  });

  it('removes what a killed writer left half-written', async () => {
    writeFileSync(path.join(directory, 'half.json.1.tmp'), '{"v":1,');
    await openSpool(directory, logger);
    expect(files()).toEqual([]);
  });

  it('refuses with a fault when it is full, and takes results again once there is room', async () => {
    const spool = await openSpool(directory, logger, { mostResults: 2, mostBytes: 1e9 });
    await spool.add(aResult('a', 1));
    await spool.add(aResult('a', 2));
    expect(await spool.add(aResult('a', 3))).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code: 'storage-full' },
    });
    await spool.remove(spool.list()[0]!);
    expect((await spool.add(aResult('a', 3))).ok).toBe(true);
    const small = await openSpool(directory, logger, { mostResults: 100, mostBytes: 100 });
    expect((await small.add(aResult('a', 4))).ok).toBe(false);
  });

  it('refuses with a fault when the disk does', async () => {
    const spool = await openSpool(directory, logger);
    rmSync(directory, { recursive: true });
    expect(await spool.add(aResult('a', 1))).toMatchObject({
      ok: false,
      error: { code: 'storage-full' },
    });
    expect(spool.list()).toEqual([]);
  });

  it('is refused where no directory can be', async () => {
    const file = path.join(directory, 'file');
    writeFileSync(file, '');
    await expect(openSpool(file, logger)).rejects.toThrow(BadInputError);
  });

  it('has every result that was kept when its process is killed', async () => {
    const child = spawnTypescript(path.join(__dirname, 'spooling_process.ts'), directory);
    const exited = once(child, 'exit');
    const kept: string[] = [];
    for await (const line of createInterface({ input: child.stdout }))
      if (kept.push(line) === 30) child.kill('SIGKILL');
    await exited;
    const spool = await openSpool(directory, logger);
    expect(leases(spool)).toEqual(expect.arrayContaining(kept));
    for (const entry of spool.list()) expect(await spool.read(entry)).toBeDefined();
  });
});
