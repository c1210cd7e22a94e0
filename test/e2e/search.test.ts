/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { farmUp, type FarmUp } from './farm_up';
import { auditLedger, sessionsOfCandidates } from './ledger_audit';
import { eventually } from './processes';
import { writeSearchFile } from './search_file';

jest.setTimeout(60_000);

const targets = [
  'host/onnxruntime/cpu/int8',
  'sm8550/onnxruntime/npu/int8',
  'sm8650/onnxruntime/cpu/int8',
];

interface Search {
  readonly searchId: string;
  readonly state: string;
  readonly targets: readonly {
    readonly measured: number;
    readonly inFlight: number;
    readonly frontSize: number;
    readonly confirming: number;
    readonly confirmed: number;
  }[];
}

interface Front {
  readonly target: string;
  readonly points: readonly {
    readonly architecture: string;
    readonly latencyMs: number;
    readonly accuracy: number;
    readonly sizeBytes: number;
    readonly sessions: number;
  }[];
  readonly uncertain: readonly unknown[];
}

describe('searches', () => {
  let farm: FarmUp;
  let ofManySessions: string;
  beforeAll(async () => {
    farm = await farmUp(2);
  });
  afterAll(() => farm.remove());

  async function finishedSearch(): Promise<string> {
    const [search] = ((await farm.json('search', 'list')) as Search[]).filter(
      ({ state }) => state === 'finished',
    );
    if (search === undefined) throw new Error('no search has finished yet');
    return search.searchId;
  }

  test('create --watch follows a search to its end and prints a front per target', async () => {
    const { status, stdout, stderr } = await farm.run(
      'search',
      'create',
      writeSearchFile(farm.folder, targets, 5),
      '--watch',
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /^search e2e-\w+ created; [^]*sm8550\/onnxruntime\/npu\/int8 \(virtual\) 5\/5 [^]*search e2e-\w+ finished\n$/,
      ) as string,
    });
    expect(
      stdout
        .split('\n')
        .map((line) => line.split(' ')[0]!)
        .filter((word) => targets.includes(word)),
    ).toEqual(targets);
    expect(stdout).toMatch(
      /LATENCY MS +95 % INTERVAL MS +P5 MS +P95 MS +ACCURACY % +SIZE KIB +HASH +ARCHITECTURE/,
    );
  });

  test('the front is the same as a table and as JSON, fastest first and never dominated', async () => {
    const searchId = await finishedSearch();
    const fronts = (await farm.json('search', 'front', searchId)) as Front[];
    expect(fronts.map(({ target }) => target)).toEqual(targets);
    const table = (await farm.run('search', 'front', searchId)).stdout;
    for (const { target, points, uncertain } of fronts) {
      // A machine that does much else may know no latency of its own to better than its size.
      expect(
        target.startsWith('host/') ? points.length + uncertain.length : points.length,
      ).toBeGreaterThan(0);
      for (const [index, point] of points.entries()) {
        expect(table).toContain(point.latencyMs.toFixed(3));
        expect(table).toContain(point.architecture);
        const next = points[index + 1];
        if (next !== undefined)
          expect(point.latencyMs < next.latencyMs && point.accuracy < next.accuracy).toBe(true);
      }
    }
    expect(
      (await farm.json('search', 'front', searchId, '--target', targets[1]!)) as Front[],
    ).toEqual([fronts[1]]);
  });

  test('sessions follow from what they decide, and the front is measured again before it is the result', async () => {
    const file = writeSearchFile(farm.folder, targets.slice(1), 12, {
      name: 'sessions',
      fresh: true,
      plan: { sessions: 3, runs: 3, warmupRuns: 1 },
    });
    const { status, stderr } = await farm.run('search', 'create', file, '--watch');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /[0-9]+ confirmed[^]*search sessions-\w+ finished\n$/,
      ) as string,
    });
    const [search] = ((await farm.json('search', 'list')) as Search[]).filter(({ searchId }) =>
      searchId.startsWith('sessions-'),
    );
    ofManySessions = search!.searchId;
    for (const { measured, frontSize, confirming, confirmed } of search!.targets) {
      expect({ measured, confirming }).toEqual({ measured: 12, confirming: 0 });
      // What confirmation found to be dominated is not on the front any more.
      expect(confirmed).toBeGreaterThanOrEqual(2 * frontSize);
    }
    for (const { points } of (await farm.json('search', 'front', ofManySessions)) as Front[]) {
      expect(points.length).toBeGreaterThan(0);
      for (const { sessions } of points) expect(sessions).toBeGreaterThanOrEqual(3 + 2 * 3);
    }
  });

  test('export writes an int8 model that ONNX Runtime runs and that farm bench measures', async () => {
    const searchId = await finishedSearch();
    const [, front] = (await farm.json('search', 'front', searchId)) as Front[];
    const { architecture, sizeBytes } = front!.points[0]!;
    const { file } = (await farm.json(
      'search',
      'export',
      searchId,
      architecture,
      '-o',
      'models',
    )) as { file: string };
    const bytes = readFileSync(path.join(farm.folder, file));
    expect(bytes.length).toBe(sizeBytes);
    const session = await InferenceSession.create(bytes);
    const { logits } = await session.run({
      image: new Tensor('float32', new Float32Array(3 * 32 * 32).fill(0.5), [1, 3, 32, 32]),
    });
    expect(logits!.dims).toEqual([1, 10]);
    expect(
      (await farm.run('bench', file, '--on', targets[0]!, '--sessions', '1', '--runs', '2')).status,
    ).toBe(0);
  });

  test('pause ends measuring, resume goes on, stop ends it for good', async () => {
    const { searchId } = (await farm.json(
      'search',
      'create',
      writeSearchFile(farm.folder, targets, 500),
    )) as Search;
    const show = async (): Promise<Search> =>
      (await farm.json('search', 'show', searchId)) as Search;
    const measured = async (): Promise<number> =>
      (await show()).targets.reduce((sum, each) => sum + each.measured, 0);
    await eventually('it measures', 20_000, async () => (await measured()) > 3);
    expect((await farm.run('search', 'pause', searchId)).stdout).toBe(
      `search ${searchId} paused\n`,
    );
    await eventually('what was running has ended', 20_000, async () =>
      ((await farm.json('targets')) as { devicesBusy: number }[]).every(
        ({ devicesBusy }) => devicesBusy === 0,
      ),
    );
    const whenPaused = await measured();
    // The pause between two polls is longer than any measurement here.
    for (let look = 0; look < 4; look += 1) expect(await measured()).toBe(whenPaused);
    expect((await farm.run('search', 'resume', searchId)).stdout).toBe(
      `search ${searchId} running\n`,
    );
    await eventually('it measures again', 20_000, async () => (await measured()) > whenPaused + 3);
    expect((await farm.run('search', 'stop', searchId)).stdout).toBe(
      `search ${searchId} stopped\n`,
    );
    expect((await show()).state).toBe('stopped');
    const again = await farm.run('search', 'resume', searchId);
    expect(again).toEqual({
      status: 2,
      stdout: '',
      stderr: `farm: search ${searchId} is stopped and cannot be resumed\n`,
    });
  });

  test('a list tells of all of them', async () => {
    const searches = (await farm.json('search', 'list')) as Search[];
    expect(searches.map(({ state }) => state)).toEqual(['finished', 'finished', 'stopped']);
    const { stdout } = await farm.run('search', 'list');
    for (const { searchId } of searches) expect(stdout).toContain(searchId);
  });

  test('everything is in the ledger when the farm is down', async () => {
    const searchId = await finishedSearch();
    expect(await farm.signal('SIGTERM')).toBe(0);
    expect(await auditLedger(farm.dataDir, searchId)).toMatchObject({
      measuredByTarget: Object.fromEntries(targets.map((target) => [target, 5])),
      openJobs: 0,
      disagreeing: 0,
      measuredTwice: 0,
    });
    const sessions = await sessionsOfCandidates(farm.dataDir, ofManySessions);
    expect(sessions).toHaveLength(24);
    expect([sessions[0], sessions.at(-1)! >= 3]).toEqual([1, true]);
  });
});
