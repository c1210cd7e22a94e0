/**
 * @jest-environment ./test/model/onnxruntime_environment.ts
 */
import { canonicalize } from '../../../../model/canonical/canonicalize';
import { parseCell } from '../../../../model/nasbench201/cell';
import { createNetwork } from '../../../../model/nasbench201/network';
import type { Graph } from '../../../../model/onnx/graph';
import { anatomyOf } from '../../../../model/reference/anatomy';
import { resolveCuts } from '../../../../model/reference/cuts';
import { extractParts } from '../../../../model/reference/extract';
import { createReference } from '../../../../model/zoo/reference';
import type { ReferenceName } from '../../../../model/zoo/reference_spec';
import type { TrainingEngine } from '../../../../predictor/engine/engine';
import { batchOf, relativeDifference, runOnnx, testEngine, toOnnx } from './network_lab';

const tolerance = 1e-4;
const names: readonly ReferenceName[] = [
  'mobilenetv2',
  'efficientnet-b0',
  'efficientnet-lite0',
  'resnet50',
  'deit-tiny',
];

describe('the trainable reading of a reference', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  test.each(names)(
    '%s: its parts in a row compute what each does in ONNX Runtime',
    async (name) => {
      const whole = createReference(name, {
        imageSize: [32, 32],
        classes: 7,
        widthMultiplier: 0.25,
      });
      const parts = partsOf(whole, 3);
      const network = engine.createNetwork(
        parts.map(({ name: part, graph }) => ({ kind: 'graph', name: part, graph })),
      );
      let input = batchOf(2, [1, 3, 32, 32], 'image');
      for (const [index, output] of network.inferParts(input).entries()) {
        const graph = parts[index]!.graph;
        const expected = await runOnnx(graph, input);
        expect(relativeDifference(toOnnx(output, graph.outputs[0]), expected)).toBeLessThan(
          tolerance,
        );
        input = output;
      }
      expect(input.shape).toEqual([2, 7]);
      network.close();
    },
  );

  test.each([
    '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|avg_pool_3x3~0|nor_conv_1x1~1|skip_connect~2|',
    '|avg_pool_3x3~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|none~0|skip_connect~1|nor_conv_3x3~2|',
  ])('a network of cells %s is read as a graph', async (cell) => {
    const graph = cellNetwork(cell);
    const network = engine.createNetwork([{ kind: 'graph', name: 'cells', graph }]);
    const input = batchOf(2, [1, 3, 8, 8], 'image');
    const output = network.infer(input);
    network.close();
    expect(relativeDifference(output.data, await runOnnx(graph, input))).toBeLessThan(tolerance);
  });
});

function partsOf(whole: Graph, blocks: number): ReturnType<typeof extractParts> {
  const anatomy = anatomyOf(whole);
  if (!anatomy.ok) throw new Error(anatomy.error);
  const cuts = resolveCuts({ kind: 'auto', blocks }, anatomy.value);
  if (!cuts.ok) throw new Error(cuts.error);
  return extractParts(anatomy.value.profile, cuts.value);
}

function cellNetwork(cell: string): Graph {
  const shape = { cellsPerStage: 1, stageChannels: [4, 8], imageSize: 8, classes: 5 };
  const graph = canonicalize(createNetwork(parseCell(cell), 1, shape));
  if (!graph.ok) throw new Error(graph.error);
  return graph.value;
}
