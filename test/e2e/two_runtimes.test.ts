import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspectModel } from '../../model/inspect/inspect';
import { farmUp, type FarmUp } from './farm_up';
import { writeSearchFile } from './search_file';

jest.setTimeout(90_000);

const targets = ['host/onnxruntime/cpu/int8', 'host/tflite/cpu/int8'];

interface Front {
  readonly target: string;
  readonly points: readonly { readonly architecture: string; readonly sizeBytes: number }[];
  readonly uncertain: readonly { readonly architecture: string }[];
}

describe('a search over two runtimes', () => {
  let farm: FarmUp;
  beforeAll(async () => {
    farm = await farmUp(0);
  });
  afterAll(() => farm.remove());

  test('ends with a front for each, and exports an int8 model of a network on one of them', async () => {
    const file = writeSearchFile(farm.folder, targets, 3, { confirm: { rounds: 0 } });
    const { status, stderr } = await farm.run('search', 'create', file, '--watch');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const [{ searchId }] = (await farm.json('search', 'list')) as [{ searchId: string }];
    const fronts = (await farm.json('search', 'front', searchId)) as Front[];
    expect(fronts.map(({ target }) => target)).toEqual(targets);
    for (const { points, uncertain } of fronts)
      expect(points.length + uncertain.length).toBeGreaterThan(0);
    const { architecture } = [...fronts[1]!.points, ...fronts[1]!.uncertain][0]!;
    const exported = (await farm.json(
      ...['search', 'export', searchId, architecture, '--target', targets[1]!, '-o', 'models'],
    )) as { file: string };
    expect(exported.file).toMatch(/\.int8\.tflite$/);
    const summary = inspectModel(readFileSync(path.join(farm.folder, exported.file)));
    expect(summary).toMatchObject({ value: { precision: 'int8' } });
  });
});
