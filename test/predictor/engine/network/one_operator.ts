import { createRandom } from '../../../../common/random';
import {
  elementCount,
  type Attribute,
  type Graph,
  type Tensor,
} from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor } from '../../../../model/onnx/graph_builder';
import { inferShapes } from '../../../../model/onnx/shapes/shape_inference';

/** Drawn floats of a shape, whole numbers, the features that the graph takes, or an operand that is left out. */
export type Operand =
  | { readonly drawn: readonly number[] }
  | { readonly numbers: readonly number[] }
  | { readonly floats: readonly number[] }
  | 'features'
  | 'absent';

export interface OperatorCase {
  readonly kind: string;
  /** Of the features, with ONNX's batch of 1 where there is one. */
  readonly shape: readonly number[];
  /** Behind the features, which are the first operand unless they are named. */
  readonly operands?: readonly Operand[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
}

export const drawn = (...shape: number[]): Operand => ({ drawn: shape });
export const numbers = (...values: number[]): Operand => ({ numbers: values });
export const floats = (...values: number[]): Operand => ({ floats: values });
export const text = (value: string): Attribute => ({ kind: 'string', value });

export function titleOf({ kind, shape, operands = [], attributes = {} }: OperatorCase): string {
  return `${kind} of ${shape.join('x')} ${JSON.stringify({ operands, attributes })}`;
}

/** The operator alone, between the features and its (last) output. */
export function graphOf({
  kind,
  shape,
  operands = [],
  attributes = {},
  outputs = 1,
}: OperatorCase): Graph {
  const builder = createGraphBuilder('one operator');
  const features = builder.input('features', shape);
  const others = operands.map((operand, index) => {
    if (operand === 'features') return features;
    if (operand === 'absent') return '';
    return builder.constant(`operand${index}`, constantOf(operand, `${kind}${index}`));
  });
  const inputs = operands.includes('features') ? others : [features, ...others];
  builder.node('made', kind, inputs, attributes);
  const graph = builder.finish([]);
  const [node] = graph.nodes;
  const whole: Graph = {
    ...graph,
    nodes: [
      {
        ...node!,
        outputs: Array.from({ length: outputs }, (_, index) =>
          index === outputs - 1 ? 'made' : `made${index}`,
        ),
      },
    ],
    outputs: [{ name: 'made', elementType: 'float32', shape: null }],
  };
  const types = inferShapes(whole);
  if (!types.ok) throw new Error(types.error);
  const made = types.value.get('made')?.shape ?? null;
  return { ...whole, outputs: [{ name: 'made', elementType: 'float32', shape: made }] };
}

function constantOf(operand: Exclude<Operand, string>, seed: string): Tensor {
  if ('numbers' in operand)
    return {
      elementType: 'int64',
      shape: [operand.numbers.length],
      data: BigInt64Array.from(operand.numbers, BigInt),
    };
  if ('floats' in operand)
    return float32Tensor(
      operand.floats.length === 1 ? [] : [operand.floats.length],
      Float32Array.from(operand.floats),
    );
  const random = createRandom(seed);
  return float32Tensor(
    operand.drawn,
    Float32Array.from({ length: elementCount(operand.drawn) }, () => random.normal()),
  );
}
