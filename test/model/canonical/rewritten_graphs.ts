import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import { canonicalize } from '../../../model/canonical/canonicalize';
import type { Graph, Tensor } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../model/onnx/write';
import { largestDifference, randomFeeds, run } from './agreement';

/** Some seconds; FARM_EXHAUSTIVE=1 asks for more. */
export const numRuns = process.env['FARM_EXHAUSTIVE'] === '1' ? 2_000 : 60;
export function drawn(...shape: number[]): Tensor {
  const random = createRandom(shape.join());
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () =>
      random.normal(),
    ),
  );
}

export function list(values: readonly number[]): Tensor {
  return { elementType: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function graphOf(build: (builder: GraphBuilder) => string, opset?: number): Graph {
  const builder = createGraphBuilder('random');
  const graph = builder.finish([{ name: build(builder), elementType: 'float32', shape: null }]);
  return opset === undefined ? graph : { ...graph, opset };
}

/** The canonical form, once ONNX Runtime has computed the same with it as with the graph. */
export async function agreed(graph: Graph): Promise<Graph> {
  const canonical = canonicalize(graph);
  if (!canonical.ok) throw new Error(canonical.error);
  const feeds = randomFeeds(graph, 'feeds');
  expect(
    largestDifference(
      await run(writeOnnx(graph), feeds),
      await run(writeOnnx(canonical.value), feeds),
    ),
  ).toBeLessThan(1e-5);
  return canonical.value;
}

export const within = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
