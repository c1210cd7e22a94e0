/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { farmUp, type FarmUp } from './farm_up';

interface Point {
  readonly architecture: string;
  readonly accuracy: number;
}
interface Front {
  readonly points: readonly Point[];
}
interface Search {
  readonly searchId: string;
  readonly space: string;
  readonly state: string;
}

const host = 'host/onnxruntime/cpu/int8';

/** The examples of the documentation, by real programs. */
describe("a search of a space in the user's own YAML", () => {
  let farm: FarmUp;
  beforeAll(async () => {
    farm = await farmUp(1);
    mkdirSync(path.join(farm.folder, 'mine'));
    for (const file of ['own-space.yaml', 'search-own-space.yaml'])
      copyFileSync(path.join('docs/examples', file), path.join(farm.folder, 'mine', file));
    const specFile = path.join(farm.folder, 'mine/search-own-space.yaml');
    const plan = 'plan: { sessions: 1, runs: 3, warmupRuns: 1 }\nconfirm: { rounds: 0 }\n';
    writeFileSync(specFile, readFileSync(specFile, 'utf8') + plan);
  }, 90_000);
  afterAll(async () => await farm.remove(), 60_000);

  let searchId = '';
  let front: readonly Point[] = [];

  test('takes the space from the file that stands beside the specification', async () => {
    const { status, stderr } = await farm.run(
      'search',
      'create',
      'mine/search-own-space.yaml',
      '--watch',
    );
    if (status !== 0) throw new Error(stderr);
    const [search] = (await farm.json('search', 'list')) as Search[];
    expect(search).toMatchObject({ space: 'two-blocks', state: 'finished' });
    searchId = search!.searchId;
    const [only] = (await farm.json('search', 'front', searchId)) as Front[];
    front = only!.points;
    expect(front.length).toBeGreaterThan(0);
    // The best that the rule leaves: 70 + 0.6 + 0.9 + 1.1 + 0.8 + 1.3.
    expect(Math.max(...front.map(({ accuracy }) => accuracy))).toBeCloseTo(74.7, 6);
  }, 240_000);

  test('exports and reports its networks without the file', async () => {
    writeFileSync(path.join(farm.folder, 'mine/own-space.yaml'), 'gone');
    const architecture = front[0]!.architecture;
    expect((await farm.run('search', 'export', searchId, architecture, '-o', 'model')).status).toBe(
      0,
    );
    expect((await farm.run('report', searchId, '-o', 'report.html')).status).toBe(0);
    const page = readFileSync(path.join(farm.folder, 'report.html'), 'utf8');
    expect(page).toContain('two-blocks');
    expect(page).toContain('block2.depth');
  }, 60_000);

  test('teaches a search for another target over the same space', async () => {
    const { status, stderr } = await farm.run(
      ...['search', 'onboard', searchId, '--target', host, '--measurements', '3', '--watch'],
    );
    if (status !== 0) throw new Error(stderr);
    const searches = (await farm.json('search', 'list')) as Search[];
    expect(searches.map(({ space }) => space)).toEqual(['two-blocks', 'two-blocks']);
  }, 120_000);

  test('is refused with the file and the field that are wrong', async () => {
    const text = readFileSync('docs/examples/own-space.yaml', 'utf8');
    writeFileSync(
      path.join(farm.folder, 'mine/own-space.yaml'),
      text.replace('kernel: [3, 5]', 'kernel: [3, 4]'),
    );
    expect(await farm.run('search', 'create', 'mine/search-own-space.yaml')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'farm: mine/own-space.yaml: field choices.kernel.1: expected one of 3, 5, 7\n',
    });
  });
});
