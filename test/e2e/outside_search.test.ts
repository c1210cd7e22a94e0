import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { farmUp, type FarmUp } from './farm_up';
import { auditLedger } from './ledger_audit';
import { eventually, isAlive } from './processes';

jest.setTimeout(120_000);

const target = 'sm8650/onnxruntime/npu/int8';
const measurements = 20;
const deadlineMs = 30_000;

interface End {
  readonly cursor: number;
  readonly sequence: number;
  readonly architecture: string;
  readonly kind: string;
  readonly latencyMs: number;
  readonly accuracy: number;
}

/** Six operations, none of them `none`; all different networks or not, as it comes. */
const architectures = Array.from(
  { length: 3 * measurements },
  (_, index) =>
    `${String(1 + (index % 4))}${String(1 + (Math.floor(index / 4) % 4))}3${String(1 + (Math.floor(index / 16) % 4))}23`,
);

describe('a searcher that is not ours, in a process of its own', () => {
  let farm: FarmUp;
  let searchId: string;
  let endsFile: string;
  const clients: ChildProcess[] = [];

  const startClient = (): ChildProcess => {
    const files = [path.join(farm.folder, 'architectures.json'), endsFile];
    const client = spawn(
      process.execPath,
      [
        path.join(__dirname, 'outside_client.js'),
        `127.0.0.1:${farm.ports.grpc}`,
        path.resolve('proto'),
        searchId,
        target,
        ...files,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    clients.push(client);
    return client;
  };
  const ends = (): End[] =>
    existsSync(endsFile)
      ? readFileSync(endsFile, 'utf8')
          .trim()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as End)
      : [];
  const hasEnds = (count: number): Promise<void> =>
    eventually(`it has heard of ${String(count)} ends`, deadlineMs, () => ends().length >= count);

  beforeAll(async () => {
    farm = await farmUp(1);
    endsFile = path.join(farm.folder, 'ends.jsonl');
    writeFileSync(path.join(farm.folder, 'architectures.json'), JSON.stringify(architectures));
    const spec = {
      name: 'outside',
      space: 'nasbench201',
      strategy: { kind: 'external' },
      targets: [target],
      budget: { measurements },
      confirm: { rounds: 0 },
      model: { cellsPerStage: 1 },
      plan: { sessions: 1, runs: 3, warmupRuns: 1 },
    };
    writeFileSync(path.join(farm.folder, 'outside.yaml'), JSON.stringify(spec));
    ({ searchId } = (await farm.json('search', 'create', 'outside.yaml')) as { searchId: string });
  });
  afterAll(async () => {
    for (const client of clients) client.kill('SIGKILL');
    await farm.remove();
  });

  test('has its proposals measured, although it and the coordinator are killed', async () => {
    const first = startClient();
    await hasEnds(4);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const before = ends().length;
    expect(before).toBeLessThan(measurements);
    const second = startClient();
    const exited = once(second, 'exit');
    await hasEnds(before + 4);
    const coordinator = farm.pid('main.js coordinator');
    process.kill(coordinator, 'SIGKILL');
    expect(ends().length).toBeLessThan(measurements);
    await eventually('the coordinator is gone', deadlineMs, () => !isAlive(coordinator));
    expect(await exited).toEqual([0, null]);
  });

  test('has heard of every end once, in their order', async () => {
    const heard = ends();
    expect(heard.map(({ kind }) => kind)).toEqual(
      Array.from({ length: measurements }, () => 'MEASURED'),
    );
    expect(new Set(heard.map(({ architecture }) => architecture)).size).toBe(measurements);
    const cursors = heard.map(({ cursor }) => cursor);
    expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b));
    const [front] = (await farm.json('search', 'front', searchId)) as { points: End[] }[];
    expect(front!.points.length).toBeGreaterThan(0);
    for (const { architecture, latencyMs, accuracy } of front!.points)
      expect(heard).toContainEqual(expect.objectContaining({ architecture, latencyMs, accuracy }));
  });

  test('has had nothing measured twice', async () => {
    expect(await farm.json('search', 'show', searchId)).toMatchObject({
      state: 'finished',
      strategy: 'external',
      targets: [{ measured: measurements, inFlight: 0 }],
    });
    expect(await farm.signal('SIGTERM')).toBe(0);
    expect(await auditLedger(farm.dataDir, searchId)).toMatchObject({
      measuredByTarget: { [target]: measurements },
      openJobs: 0,
      disagreeing: 0,
      measuredTwice: 0,
    });
  });
});
