import { createRandom } from '../../../common/random';
import { canonicalize } from '../../../model/canonical/canonicalize';
import type { Graph, Tensor } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';

function weights(name: string, ...shape: number[]): Tensor {
  const random = createRandom(name);
  return float32Tensor(
    shape,
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => Math.abs(random.normal()) / 2 + 0.1,
    ),
  );
}

function list(...values: number[]): Tensor {
  return { elementType: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function canonical(
  graph: Graph,
  inputShapes: Readonly<Record<string, readonly number[]>> = {},
): Graph {
  const result = canonicalize(graph, { inputShapes: new Map(Object.entries(inputShapes)) });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

/** Conv, BatchNormalization, Dropout, Identity, then a Reshape whose shape is computed. */
export function exported(): Graph {
  const builder = createGraphBuilder('exported');
  const constant = (name: string, tensor: Tensor): string => builder.constant(name, tensor);
  const x = builder.input('x', [2, 3, 8, 8]);
  const conv = builder.node('conv', 'Conv', [x, constant('w', weights('w', 4, 3, 3, 3))], {
    kernel_shape: ints(3, 3),
  });
  const norm = builder.node('norm', 'BatchNormalization', [
    conv,
    ...['gamma', 'beta', 'mean', 'variance'].map((name) => constant(name, weights(name, 4))),
  ]);
  const active = builder.node('active', 'Relu', [
    builder.node('same', 'Identity', [builder.node('drop', 'Dropout', [norm])]),
  ]);
  const batch = builder.node(
    'batch',
    'Gather',
    [
      builder.node('shape', 'Shape', [active]),
      constant('first', { elementType: 'int64', shape: [], data: BigInt64Array.of(0n) }),
    ],
    { axis: int(0) },
  );
  const target = builder.node(
    'target',
    'Concat',
    [
      builder.node('list', 'Unsqueeze', [batch, constant('axis', list(0))]),
      constant('rest', list(-1)),
    ],
    { axis: int(0) },
  );
  const flat = builder.node('flat', 'Reshape', [active, target]);
  return builder.finish([
    { name: builder.node('y', 'Identity', [flat]), elementType: 'float32', shape: null },
  ]);
}
