import type { Graph } from '../../onnx/graph';
import { activationEncoding, symmetricActivationEncoding } from '../encoding/encoding';
import { jointOf, onlyMoves } from '../placement/encoding_groups';
import { mostWidening, type SharedEncodings } from './shared_encodings';

interface SecondFactors {
  /** Sets of tensors whose zero point is in the middle. */
  readonly symmetric: ReadonlySet<string>;
  /** Tensors that keep their own zero point, since others read them too or their operator fixes it, and are converted for a product; by its output. */
  readonly converted: ReadonlyMap<string, string>;
}

/** Of the listed tensors, which MatMuls multiply by: who becomes symmetric and who is converted. A symmetric encoding of values of one sign costs half the integers, and Hexagon misreads a softmax in one (https://github.com/onnxruntime/onnxruntime-qnn/pull/558). */
export function secondFactors(
  graph: Graph,
  factors: ReadonlySet<string>,
  { of, hull, isFixed }: SharedEncodings,
): SecondFactors {
  if (factors.size === 0) return { symmetric: new Set(), converted: new Map() };
  const products = graph.nodes.filter(
    (node) => node.kind === 'MatMul' && factors.has(node.inputs[1] ?? ''),
  );
  const otherwiseRead = setsReadOtherwise(graph, factors, of);
  const isConverted = (tensor: string): boolean =>
    (isFixed(tensor) || otherwiseRead.has(of(tensor))) &&
    symmetricWidening(hull(tensor)) > mostWidening;
  const converted = products
    .map((node) => [node.outputs[0] ?? '', node.inputs[1] ?? ''] as const)
    .filter(([, tensor]) => isConverted(tensor));
  return {
    symmetric: new Set([...factors].filter((tensor) => !isConverted(tensor)).map(of)),
    converted: new Map(converted),
  };
}

function symmetricWidening(range: Parameters<typeof activationEncoding>[0]): number {
  return (
    symmetricActivationEncoding(range, 'uint8').scale / activationEncoding(range, 'uint8').scale
  );
}

/** Sets with a reader that is no product by them, and does not hand them on either. */
function setsReadOtherwise(
  graph: Graph,
  factors: ReadonlySet<string>,
  of: (tensor: string) => string,
): ReadonlySet<string> {
  const sets = new Set(graph.outputs.map(({ name }) => of(name)));
  for (const node of graph.nodes) {
    const handed =
      onlyMoves(graph, node) || jointOf(graph, node) !== undefined
        ? of(node.outputs[0] ?? '')
        : null;
    node.inputs.forEach((input, index) => {
      if (of(input) !== handed && !(node.kind === 'MatMul' && index === 1 && factors.has(input)))
        sets.add(of(input));
    });
  }
  return sets;
}
