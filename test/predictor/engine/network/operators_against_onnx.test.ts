/**
 * @jest-environment ./test/model/onnxruntime_environment.ts
 */
import { BadInputError } from '../../../../common/bad_input';
import { int, ints } from '../../../../model/onnx/graph_builder';
import type { TrainingEngine } from '../../../../predictor/engine/engine';
import { batchOf, relativeDifference, runOnnx, testEngine, toOnnx } from './network_lab';
import { imageCases, picture, resize, sizes, window } from './image_cases';
import { drawn, graphOf, numbers, text, titleOf, type OperatorCase } from './one_operator';
import { tokenCases } from './token_cases';

const tolerance = 1e-4;

describe('the trainable reading of a graph', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  test.each([...imageCases, ...tokenCases].map((each) => [titleOf(each), each] as const))(
    'computes what ONNX Runtime does: %s',
    async (_title, each) => {
      const graph = graphOf(each);
      const network = engine.createNetwork([{ kind: 'graph', name: 'part', graph }]);
      const input = batchOf(3, each.shape, 'input');
      const output = network.infer(input);
      network.close();
      expect(
        relativeDifference(toOnnx(output, graph.outputs[0]), await runOnnx(graph, input)),
      ).toBeLessThan(tolerance);
    },
  );

  test.each<readonly [string, OperatorCase]>([
    ['has no gradient', { kind: 'Floor', shape: picture }],
    [
      'rounds its size up',
      {
        kind: 'MaxPool',
        shape: picture,
        attributes: { ...window(2, 2, 0, 0, 0, 0), ceil_mode: int(1) },
      },
    ],
    [
      'dilated and has a stride',
      {
        kind: 'Conv',
        shape: picture,
        operands: [drawn(4, 4, 3, 3)],
        attributes: { ...window(3, 2, 1, 1, 1, 1), dilations: ints(2, 2) },
      },
    ],
    [
      'repeats the image',
      {
        kind: 'Pad',
        shape: picture,
        operands: [numbers(0, 0, 1, 1, 0, 0, 1, 1)],
        attributes: { mode: text('reflect') },
      },
    ],
    [
      'computes its weights',
      {
        kind: 'Conv',
        shape: [1, 4, 4, 4],
        operands: ['features', 'features'],
        attributes: window(4, 1, 0, 0, 0, 0),
      },
    ],
    [
      'no image 1xCxHxW',
      {
        kind: 'Conv',
        shape: [2, 4, 6, 7],
        operands: [drawn(4, 4, 1, 1)],
        attributes: window(1, 1, 0, 0, 0, 0),
      },
    ],
    [
      'smooths',
      {
        kind: 'Resize',
        shape: picture,
        operands: sizes(3, 3),
        attributes: { ...resize('linear', 'half_pixel'), antialias: int(1) },
      },
    ],
    [
      'leaves values out',
      { kind: 'Slice', shape: picture, operands: [numbers(0), numbers(6), numbers(2), numbers(2)] },
    ],
  ])('refuses in a line what %s', (reason, each) => {
    const create = (): unknown =>
      engine.createNetwork([{ kind: 'graph', name: 'head', graph: graphOf(each) }]);
    expect(create).toThrow(BadInputError);
    expect(create).toThrow(reason);
    expect(create).toThrow(
      /^the reference's head cannot be trained through: \w+ of node 'made'.*cuts/,
    );
  });
});
