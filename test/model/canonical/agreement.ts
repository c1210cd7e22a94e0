import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createRandom } from '../../../common/random';
import { elementCount, type DeclaredTensor, type Graph } from '../../../model/onnx/graph';

/** Runs a file in ONNX Runtime without its own optimizations. */
export async function run(
  model: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<ReadonlyMap<string, Tensor>> {
  const session = await InferenceSession.create(model, {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    return new Map(
      Object.entries<Tensor>((await session.run(feeds)) as Readonly<Record<string, Tensor>>),
    );
  } finally {
    await session.release();
  }
}

/** Seeded values for every input. */
export function randomFeeds(graph: Graph, seed: string): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(graph.inputs.map((input) => [input.name, randomInput(input, seed)]));
}

function randomInput({ name, shape }: DeclaredTensor, seed: string): Tensor {
  const sizes = (shape ?? []).map(Number);
  const random = createRandom(seed).derive(name);
  return new Tensor(
    'float32',
    Float32Array.from({ length: elementCount(sizes) }, () => random.normal()),
    sizes,
  );
}

/** The largest difference of any output element, relative to that output's largest value (but at least 1). Shapes must be equal. */
export function largestDifference(
  expected: ReadonlyMap<string, Tensor>,
  actual: ReadonlyMap<string, Tensor>,
): number {
  let largest = 0;
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, tensor] of expected) {
    const other = actual.get(name)!;
    expect(other.dims).toEqual(tensor.dims);
    const [left, right] = [tensor.data as Float32Array, other.data as Float32Array];
    const scale = left.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    left.forEach(
      (value, index) => (largest = Math.max(largest, Math.abs(value - right[index]!) / scale)),
    );
  }
  return largest;
}
