import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { farmUp, type FarmUp } from './farm_up';
import { eventually } from './processes';
import { writeSearchFile } from './search_file';

jest.setTimeout(60_000);

const targets = ['host/onnxruntime/cpu/int8', 'sm8650/onnxruntime/npu/int8'];

interface Search {
  readonly searchId: string;
  readonly state: string;
  readonly targets: readonly {
    readonly measured: number;
    readonly picks: readonly { readonly kind: string }[];
  }[];
}

interface Front {
  readonly target: string;
  readonly points: readonly {
    readonly architecture: string;
    readonly latencyMs: number;
    readonly sessions: number;
    readonly trust: string;
    readonly trustReasons: readonly string[];
  }[];
}

describe('what is told of a search', () => {
  let farm: FarmUp;
  let finished: string;

  beforeAll(async () => {
    farm = await farmUp(1);
    const { status, stderr } = await farm.run(
      'search',
      'create',
      writeSearchFile(farm.folder, targets, 12, { confirm: { rounds: 0 } }),
      '--watch',
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /host\/onnxruntime\/cpu\/int8 12\/12 .*hypervolume \d\.\d+, front \d+.*; fastest \d+\.\d+ ms/,
      ) as string,
    });
    const [search] = (await farm.json('search', 'list')) as Search[];
    finished = search!.searchId;
  });
  afterAll(() => farm.remove());

  const page = (file: string): string => readFileSync(path.join(farm.folder, file), 'utf8');

  test('the front as CSV has the numbers of the front as JSON, and the trust of a single session', async () => {
    const fronts = (await farm.json('search', 'front', finished)) as Front[];
    const { status, stdout } = await farm.run('search', 'front', finished, '--csv');
    const [heading, ...rows] = stdout.trimEnd().split('\r\n');
    expect(status).toBe(0);
    expect(heading).toMatch(
      /^target,architecture,accuracy_percent,latency_ms,latency_ms_ci95_low,latency_ms_ci95_high,sessions,/,
    );
    const points = fronts.flatMap(({ target, points: each }) =>
      each.map((point) => ({ target, ...point })),
    );
    expect(rows).toHaveLength(points.length);
    for (const [
      index,
      { target, architecture, latencyMs, sessions, trust, trustReasons },
    ] of points.entries()) {
      expect(rows[index]!.startsWith(`${target},${architecture},`)).toBe(true);
      expect(rows[index]).toContain(`,${String(latencyMs)},,,1,`);
      expect({ sessions, trust, first: trustReasons[0] }).toEqual(
        target.startsWith('host/')
          ? { sessions: 1, trust: 'weak', first: 'one session, so no interval' }
          : { sessions: 1, trust: 'virtual', first: 'simulated by a cost model' },
      );
    }
    expect(await farm.run('search', 'front', finished, '--csv', '--json')).toMatchObject({
      status: 2,
    });
  });

  test("a report is one file with every target's front, and its plots are pictures", async () => {
    const fronts = (await farm.json('search', 'front', finished)) as Front[];
    const { report, plots } = (await farm.json(
      'report',
      finished,
      '-o',
      'report.html',
      '--png',
      'plots',
    )) as { report: string; plots: string[] };
    expect(report).toBe('report.html');
    const html = page(report);
    for (const { target, points } of fronts) {
      expect(html).toContain(`Front of accuracy against latency on ${target}`);
      for (const { architecture, latencyMs } of points) {
        expect(html).toContain(architecture);
        expect(html).toContain(latencyMs.toFixed(3));
      }
    }
    expect(html).toContain('Virtual phones measured for this search');
    expect(html).toContain('<td class="number">12</td>');
    expect(plots).toHaveLength(8);
    for (const plot of plots)
      expect(readFileSync(path.join(farm.folder, plot)).subarray(1, 4).toString()).toBe('PNG');
  });

  test('a report of a running search, and of the same when it is stopped', async () => {
    const { searchId } = (await farm.json(
      'search',
      'create',
      writeSearchFile(farm.folder, targets, 500, { fresh: true }),
    )) as Search;
    await eventually('both targets have measured', 20_000, async () =>
      ((await farm.json('search', 'show', searchId)) as Search).targets.every(
        ({ measured, picks }) => measured > 0 && picks.some(({ kind }) => kind === 'fastest'),
      ),
    );
    expect(await farm.run('report', searchId, '-o', 'running.html')).toEqual({
      status: 0,
      stdout: 'running.html\n',
      stderr: '',
    });
    expect(page('running.html')).toContain('the search has not ended');
    await farm.run('search', 'stop', searchId);
    expect((await farm.run('report', searchId, '-o', 'stopped.html')).status).toBe(0);
    expect(page('stopped.html')).toContain(`Search ${searchId}, stopped`);
    expect(page('stopped.html')).not.toContain('the search has not ended');
  });

  test('what cannot be written or found is said in one line, and nothing is left behind', async () => {
    expect(await farm.run('report', 'nope-1', '-o', 'nope.html')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'farm: there is no search "nope-1" (see: farm search list)\n',
    });
    expect(existsSync(path.join(farm.folder, 'nope.html'))).toBe(false);
    expect(await farm.run('report', finished, '-o', 'missing/report.html')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'farm: missing/report.html: cannot be written (ENOENT); choose another with -o FILE\n',
    });
    expect(await farm.run('report', finished)).toMatchObject({ status: 2 });
    expect(await farm.run('report', finished, '-o', 'again.html', '--png', 'plots')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'farm: plots: already holds files; choose another with --png DIR\n',
    });
    expect(readdirSync(farm.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
