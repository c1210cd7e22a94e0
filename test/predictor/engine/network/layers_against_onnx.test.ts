/**
 * @jest-environment ./test/model/onnxruntime_environment.ts
 */
import type { BlockSpec } from '../../../../common/block_spec';
import {
  headSegment,
  stemSegment,
  type NetworkSpec,
  type Segment,
} from '../../../../model/block/network_spec';
import { trainedSegmentGraph } from '../../../../model/block/trained_segment';
import { loadSpace, shippedSpaceNames } from '../../../../model/space/load_space';
import type {
  TrainingEngine,
  LayersPart,
  NetworkPart,
  BatchValues,
} from '../../../../predictor/engine/engine';
import {
  blockAsPart,
  disturbed,
  randomValues,
  relativeDifference,
  runOnnx,
  segmentAsPart,
  testEngine,
  toOnnx,
} from './network_lab';
import { structuresOf } from './space_structures';

const tolerance = 1e-4;
const stems: readonly NetworkSpec['stem'][] = [
  { kind: 'conv', channels: 8, activation: 'hardswish' },
  { kind: 'resnet', channels: 8, activation: 'relu' },
  { kind: 'patch', channels: 12, size: 4 },
];
const heads: readonly NetworkSpec['head'][] = [
  { kind: 'conv', channels: 16, activation: 'swish' },
  { kind: 'pool' },
  { kind: 'token' },
];

describe('the trainable reading of layers', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  test.each(shippedSpaceNames().filter((name) => loadSpace(name).blockChoices !== undefined))(
    'computes what the export computes, for every structure of %s',
    async (name) => {
      const specs = structuresOf(name);
      expect(specs.length).toBeGreaterThan(5);
      const wrong: (readonly [BlockSpec, number])[] = [];
      for (const spec of specs) {
        const [shape, batch] =
          spec.kind === 'conv'
            ? [
                [1, spec.inputChannels, 5, 6],
                [2, 5, 6, spec.inputChannels],
              ]
            : [
                [7, spec.tokenWidth],
                [2, 7, spec.tokenWidth],
              ];
        const difference = await differenceOf(
          blockAsPart(spec, shape),
          randomValues(batch, 'input'),
        );
        if (difference > tolerance) wrong.push([spec, difference]);
      }
      expect(wrong).toEqual([]);
    },
  );

  test.each(stems)('computes what the export computes, for a stem %j', async (stem) => {
    const part = segmentAsPart(stemSegment(stem), [1, 3, 12, 16]);
    expect(await differenceOf(part, randomValues([2, 12, 16, 3], 'image'))).toBeLessThan(tolerance);
  });

  test.each(heads)('computes what the export computes, for a head %j', async (head) => {
    const segment: Segment = headSegment({ head, classes: 5 }, false);
    const [shape, batch] =
      head.kind === 'token'
        ? [
            [4, 8],
            [2, 4, 8],
          ]
        : [
            [1, 8, 3, 4],
            [2, 3, 4, 8],
          ];
    const part = segmentAsPart(segment, shape);
    expect(await differenceOf(part, randomValues(batch, 'features'))).toBeLessThan(tolerance);
  });

  /** Of what the engine makes of the layers, and of their export, from what ONNX Runtime makes of that. */
  async function differenceOf(part: LayersPart, input: BatchValues): Promise<number> {
    const drawn = engine.createNetwork([part]);
    const weights = disturbed(drawn.weightsOf(part.name), part.name);
    drawn.close();
    const graph = trainedSegmentGraph(part, part.inputShape, weights);
    const expected = await runOnnx(graph, input);
    const readings: readonly NetworkPart[] = [
      { ...part, weights },
      { kind: 'graph', name: part.name, graph },
    ];
    const differences = readings.map((reading) => {
      const network = engine.createNetwork([reading]);
      const output = network.infer(input);
      network.close();
      return relativeDifference(toOnnx(output), expected);
    });
    return Math.max(...differences);
  }
});
