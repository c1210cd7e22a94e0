/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../common/random';
import { costOfNetwork } from '../../../model/block/network_cost';
import { costOfOnnx } from '../../../model/cost/onnx_cost';
import { createSession } from '../../../model/execute/session';
import { liveNodes, type Graph } from '../../../model/onnx/graph';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';
import { createReference } from '../../../model/zoo/reference';
import { imageNetShape, referenceNames, referenceSpec } from '../../../model/zoo/reference_spec';

const random = createRandom('reference test');

async function logits(graph: Graph, size: number): Promise<Float32Array> {
  const session = await createSession(writeOnnx(graph));
  try {
    const data = Float32Array.from({ length: 3 * size * size }, () => random.normal());
    return (await session.run(new Map([['image', { shape: [1, 3, size, size], data }]]))).get(
      'logits',
    )!.data;
  } finally {
    await session.release();
  }
}

describe('references', () => {
  // Parameters as trained: scales and shifts of normalizations count, running statistics do not. Multiply-accumulates of
  // convolutions, dense layers and matrix products. Both are torchvision's, timm's for Lite0 and DeiT.
  test.each([
    ['mobilenetv2', 3_504_872, 300_774_272],
    ['efficientnet-b0', 5_288_548, 385_814_752],
    ['efficientnet-lite0', 4_652_008, 385_187_552],
    ['resnet50', 25_557_032, 4_089_184_256],
    ['deit-tiny', 5_717_416, 1_253_683_200],
  ] as const)('%s has %i parameters and %i multiply-accumulates', (name, parameters, macs) => {
    expect(costOfNetwork(referenceSpec(name, imageNetShape))).toMatchObject({ parameters, macs });
  });

  test.each([
    [0.35, 1_677_128],
    [0.5, 1_968_680],
    [0.75, 2_636_424],
    [1.4, 6_108_776],
  ])(
    'MobileNetV2 of width %d has, as in torchvision, %i parameters',
    (widthMultiplier, parameters) => {
      expect(
        costOfNetwork(referenceSpec('mobilenetv2', { ...imageNetShape, widthMultiplier }))
          .parameters,
      ).toBe(parameters);
    },
  );

  test.each(referenceNames)(
    '%s is emitted with the cost of its layers, and computes logits that differ by class',
    async (name) => {
      const shape = { imageSize: [32, 32], classes: 10, widthMultiplier: 0.5 } as const;
      const graph = createReference(name, shape);
      const types = inferShapes(graph);
      if (!types.ok) throw new Error(types.error);
      const onnx = costOfOnnx(graph, types.value);
      const cost = costOfNetwork(referenceSpec(name, shape));
      expect(cost).toMatchObject({
        macs: onnx.macs,
        weightBytes: onnx.parameterBytes,
        peakActivationBytes: onnx.peakActivationBytes,
        operators: onnx.operators.length,
      });
      expect(liveNodes(graph)).toHaveLength(graph.nodes.length);
      const values = await logits(graph, 32);
      expect(values).toHaveLength(10);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.5);
    },
  );

  test('equal seeds give equal files, other seeds others', () => {
    const bytes = (seed: number): Uint8Array =>
      writeOnnx(
        createReference('mobilenetv2', { imageSize: [32, 32], widthMultiplier: 0.5, seed }),
      );
    expect(Buffer.compare(bytes(1), bytes(1))).toBe(0);
    expect(Buffer.compare(bytes(1), bytes(2))).not.toBe(0);
  });
});
