/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { BadInputError } from '../../../common/bad_input';
import { createRandom } from '../../../common/random';
import { costOfOnnx } from '../../../model/cost/onnx_cost';
import { createSession } from '../../../model/execute/session';
import { parseCell } from '../../../model/nasbench201/cell';
import {
  cifarShape,
  createNetwork,
  networkInput,
  networkOutput,
} from '../../../model/nasbench201/network';
import type { Graph } from '../../../model/onnx/graph';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';
import { foldBatchNorm } from '../../../model/canonical/passes/fold_batch_norm';

const random = createRandom('network test');
const image = Float32Array.from({ length: 3 * 32 * 32 }, () => random.normal());

async function logits(graph: Graph): Promise<Float32Array> {
  const session = await createSession(writeOnnx(graph));
  const result = await session.run(
    new Map([[networkInput, { shape: [1, 3, 32, 32], data: image }]]),
  );
  await session.release();
  return result.get(networkOutput)!.data;
}

function macs(graph: Graph): number {
  const types = inferShapes(graph);
  if (!types.ok) throw new Error(types.error);
  return costOfOnnx(graph, types.value).macs;
}

/** As a training framework counts: running statistics are no parameters. */
function parameters(graph: Graph): number {
  return [...graph.initializers]
    .filter(([name]) => !/\.(mean|variance)$/.test(name))
    .reduce((sum, [, tensor]) => sum + tensor.data.length, 0);
}

describe('the network of a cell', () => {
  // The benchmark's own least and greatest values on CIFAR-10 are 0.073306 M parameters with 7.78305 M multiply-adds and
  // 1.531546 M with 220.11969 M; it also counts the ten additions of the classifier's bias.
  test.each([
    ['333333', 1_531_546, 220_119_690],
    ['111111', 73_306, 7_783_050],
  ])(
    '%s has the published parameters and multiply-adds',
    (cell, expectedParameters, expectedOperations) => {
      const graph = createNetwork(parseCell(cell), 1, cifarShape);
      expect(parameters(graph)).toBe(expectedParameters);
      expect(macs(graph) + 10).toBe(expectedOperations);
    },
  );

  test('leaves out what cannot reach the output', () => {
    const kinds = (cell: string): number =>
      createNetwork(parseCell(cell), 1, cifarShape).nodes.filter((node) => node.kind === 'Conv')
        .length;
    expect(kinds('330300')).toBe(kinds('000300'));
  });

  test('of a disconnected cell is refused', () => {
    expect(() => createNetwork(parseCell('330000'), 1, cifarShape)).toThrow(BadInputError);
  });

  test('has the same weights for the same seed, and others for another', () => {
    const bytes = (seed: number): Uint8Array =>
      writeOnnx(createNetwork(parseCell('210413'), seed, cifarShape));
    expect(Buffer.compare(bytes(1), bytes(1))).toBe(0);
    expect(Buffer.compare(bytes(1), bytes(2))).not.toBe(0);
  });

  test.each(['333333', '210413', '444444', '111111'])(
    '%s computes the same with batch normalizations folded, in a sane range',
    async (cell) => {
      const graph = createNetwork(parseCell(cell), 1, cifarShape);
      const folded = foldBatchNorm(graph);
      expect(folded.nodes.some((node) => node.kind === 'BatchNormalization')).toBe(false);
      const [before, after] = [await logits(graph), await logits(folded)];
      const largest = Math.max(...before.map(Math.abs));
      expect(largest).toBeGreaterThan(1e-2);
      expect(largest).toBeLessThan(1e2);
      before.forEach((value, index) =>
        expect(Math.abs(value - after[index]!)).toBeLessThan(1e-5 * Math.max(1, largest)),
      );
    },
  );
});
