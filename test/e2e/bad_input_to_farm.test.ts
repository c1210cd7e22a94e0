import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onnxModel } from '../agent/runtimes/host/small_models';
import { expectOneLine, garbage } from './bad_folder';
import { farmUp, type FarmUp } from './farm_up';

jest.setTimeout(60_000);

describe('with a farm', () => {
  let up: FarmUp;
  beforeAll(async () => {
    up = await farmUp(0);
  });
  afterAll(() => up.remove());

  const spec = {
    name: 'bad',
    space: 'nasbench201',
    targets: ['host/onnxruntime/cpu/int8'],
    budget: { measurements: 2 },
  };
  test.each<[string, object, (string | RegExp)[]]>([
    [
      'an unknown field',
      { ...spec, bugdet: {} },
      ['spec.yaml: top level: unknown field bugdet', 'budget'],
    ],
    [
      'a negative budget',
      { ...spec, budget: { measurements: -2 } },
      ['spec.yaml: field budget.measurements: expected a whole number from 1'],
    ],
    [
      'half a target',
      { ...spec, targets: ['host/onnxruntime'] },
      ['spec.yaml: field targets.0', 'four parts'],
    ],
    [
      'a target that nobody offers',
      { ...spec, targets: ['sm8750/onnxruntime/npu/int8'] },
      [
        'field targets.0: no device has ever offered sm8750/onnxruntime/npu/int8',
        'host/onnxruntime/cpu/int8',
      ],
    ],
    [
      'a target for other models',
      { ...spec, targets: ['host/tflite/cpu/float32'] },
      ['field targets.0', 'precision int8 or w8a16'],
    ],
    [
      'another space',
      { ...spec, space: 'darts' },
      ['field space: there is no search space darts; choose one of'],
    ],
  ])('a search with %s', async (_, content, said) => {
    writeFileSync(path.join(up.folder, 'spec.yaml'), JSON.stringify(content));
    expectOneLine(await up.run('search', 'create', 'spec.yaml'), said);
    expect(await up.json('search', 'list')).toEqual([]);
  });

  test.each<[string, Uint8Array, (string | RegExp)[]]>([
    ['garbage.onnx', garbage, ['garbage.onnx: not a usable ONNX file']],
    ['garbage.tflite', garbage, ['garbage.tflite: not a usable TFLite file']],
    [
      'truncated.onnx',
      onnxModel('Relu', [1, 8]).subarray(0, 40),
      ['truncated.onnx: not a usable ONNX file'],
    ],
    [
      'dynamic.onnx',
      onnxModel('Relu', ['batch', 8]),
      ["dynamic.onnx: input 'x' has a dynamic dimension 'batch'; fix it"],
    ],
    ['misnamed.tflite', onnxModel('Relu', [1, 8]), ['misnamed.tflite: ', 'it is onnx']],
  ])('a model %s', async (name, bytes, said) => {
    writeFileSync(path.join(up.folder, name), bytes);
    expectOneLine(await up.run('bench', name, '--on', 'host/onnxruntime/cpu/int8'), said);
  });

  test('a model for a target that nobody offers', async () => {
    writeFileSync(path.join(up.folder, 'relu.onnx'), onnxModel('Relu', [1, 8]));
    expectOneLine(await up.run('bench', 'relu.onnx', '--on', 'sm8750/onnxruntime/npu/int8'), [
      'target "sm8750/onnxruntime/npu/int8": no device of the fleet offers it',
      'host/onnxruntime/cpu/int8',
    ]);
  });

  test.each<[string, (string | RegExp)[]]>([
    ['search show no-such', ['no search "no-such"', 'farm search list']],
    ['search front no-such', ['no search "no-such"']],
    ['search stop no-such', ['no search "no-such"']],
    ['search export no-such arch -o out', ['no search "no-such"']],
    ['devices show NONE', ['NONE', 'farm devices']],
    ['devices drain NONE', ['NONE', 'farm devices']],
    ['devices remove NONE', ['NONE', 'farm devices']],
  ])('farm %s', async (line, said) => {
    expectOneLine(await up.run(...line.split(' ')), said);
    expect(readdirSync(up.folder)).not.toContain('out');
  });

  test('a second farm up on the same data', async () => {
    expectOneLine(await up.run('up', '--data', up.dataDir), [
      /data is in use by another farm \(process \d+\)/,
      '--data',
    ]);
    expect(await up.json('devices')).toMatchObject({ devices: [{ state: 'idle' }] });
  });
});
