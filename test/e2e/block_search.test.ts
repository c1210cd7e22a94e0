/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ownValue } from '../../common/own_value';
import { farmUp, type FarmUp } from './farm_up';
import { writeSearchFile } from './search_file';

interface Front {
  readonly target: string;
  readonly points: readonly {
    readonly architecture: string;
    readonly accuracy: number;
    readonly latencyMs: number;
  }[];
}
interface Search {
  readonly searchId: string;
  readonly space: string;
  readonly state: string;
  readonly targets: readonly { readonly measured: number; readonly infeasible: number }[];
}
interface Template {
  readonly accuracy: {
    readonly kind: string;
    readonly base: number;
    readonly options: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

const targets = ['host/onnxruntime/cpu/int8', 'sm8550/onnxruntime/npu/int8'];
const measurements = 12;

/** A search of a space of blocks by real programs: the machine itself and a virtual phone. */
describe('a search of a space of blocks', () => {
  let farm: FarmUp;
  beforeAll(async () => {
    farm = await farmUp(4);
  }, 90_000);
  afterAll(async () => await farm.remove(), 60_000);

  const accuracy = async (): Promise<Template['accuracy']> => {
    const { accuracy: template } = (await farm.json(
      'space',
      'show',
      'demo-small',
      '--accuracy-template',
    )) as Template;
    const options = Object.entries(template.options).map(([position, contributions]) => [
      position,
      Object.fromEntries(Object.keys(contributions).map((option, index) => [option, 0.5 * index])),
    ]);
    return {
      ...template,
      base: 70,
      options: Object.fromEntries(options) as Template['accuracy']['options'],
    };
  };

  test('builds, measures and ranks its networks on every target', async () => {
    const source = await accuracy();
    const file = writeSearchFile(farm.folder, targets, measurements, {
      space: 'demo-small',
      model: {},
      accuracy: source,
      strategy: { kind: 'surrogate', seed: 3 },
      confirm: { rounds: 0 },
    });
    const { status, stderr } = await farm.run('search', 'create', file, '--watch');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/search e2e-\w+ finished\n$/) as string,
    });
    const [search] = (await farm.json('search', 'list')) as Search[];
    expect(search).toMatchObject({
      space: 'demo-small',
      state: 'finished',
      targets: targets.map(() => ({ measured: measurements, infeasible: 0 })),
    });
    const fronts = (await farm.json('search', 'front', search!.searchId)) as Front[];
    expect(fronts.map(({ target }) => target)).toEqual(targets);
    for (const { points } of fronts) {
      expect(points.length).toBeGreaterThan(0);
      for (const { architecture, accuracy: percent } of points)
        expect(percent).toBeCloseTo(accuracyOf(architecture, source), 6);
    }
    const { file: exported } = (await farm.json(
      'search',
      'export',
      search!.searchId,
      fronts[0]!.points[0]!.architecture,
      '-o',
      'models',
    )) as { file: string };
    const session = await InferenceSession.create(readFileSync(path.join(farm.folder, exported)));
    const { logits } = await session.run({
      image: new Tensor('float32', new Float32Array(3 * 32 * 32).fill(0.5), [1, 3, 32, 32]),
    });
    expect(logits!.dims).toEqual([1, 10]);
    expect((await farm.run('report', search!.searchId, '-o', 'report.html')).status).toBe(0);
    expect(readFileSync(path.join(farm.folder, 'report.html'), 'utf8')).toContain('block1.kernel');
  }, 240_000);

  test.each([
    [
      'an option without an accuracy',
      {
        accuracy: { kind: 'additive', base: 70, options: { 'block1.cell': { depthwise: 0 } } },
        model: {},
      },
      'field accuracy.options: position block1.kernel is missing; give a number for each of 3, 5, 7',
    ],
    [
      'no accuracies',
      { accuracy: undefined, model: {} },
      'field accuracy: demo-small comes with no accuracies; give { kind: additive, base, options }, for which farm space show demo-small --accuracy-template prints a start',
    ],
    [
      'an unknown space',
      { space: 'darts', model: {} },
      'field space: there is no search space darts; choose one of demo, demo-small, donna-full, efficientnet, mobilenetv2, nasbench201, resnet50, vit-tiny',
    ],
  ])('is refused for %s, with one line and nothing started', async (_, fields, message) => {
    const before = ((await farm.json('search', 'list')) as Search[]).length;
    const file = writeSearchFile(farm.folder, targets, measurements, {
      space: 'demo-small',
      ...fields,
    });
    expect(await farm.run('search', 'create', file)).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`^farm: .*${message.replace(/[.{}]/g, '\\$&')}\n$`),
      ) as string,
    });
    expect(((await farm.json('search', 'list')) as Search[]).length).toBe(before);
  });
});

/** The sum by the architecture's own words, read anew. */
function accuracyOf(architecture: string, { base, options }: Template['accuracy']): number {
  const words = ['cell', 'kernel', 'expansion', 'depth', 'width', 'activation', 'attention'];
  const plain = (word: string): string =>
    ({ dw: 'depthwise', plain: 'none' })[word] ?? word.replace(/^[kedw](?=[0-9])/, '');
  return architecture
    .split('+')
    .reduce(
      (sum, block, index) =>
        block
          .split('-')
          .reduce(
            (total, word, place) =>
              total +
              ownValue(
                ownValue(options, `block${String(index + 1)}.${words[place]!}`)!,
                plain(word),
              )!,
            sum,
          ),
      base,
    );
}
