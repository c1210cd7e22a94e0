import { evaluate } from '../../onnx/evaluate/evaluate';
import { elementCount, sizeBytes, type Node, type Tensor, type TensorType } from '../../onnx/graph';
import type { Pass } from '../rewriting/pass';
import { withoutDead } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/** What a node may make larger than its inputs: it takes a dozen bytes an element while it is made. */
const mostMadeElements = 2 ** 25;

/**
 * Computes what does not depend on the inputs: constants as nodes, shape arithmetic, reshaped and transposed weights. All constants
 * together stay within `limitBytes`: nodes that would make more are left standing.
 */
export function foldConstantsWithin(limitBytes: number): Pass {
  return (view) => {
    const constants = new Map(view.graph.initializers);
    let left =
      limitBytes - [...constants.values()].reduce((total, { data }) => total + data.byteLength, 0);
    const taken = new Set(view.types.keys());
    const nodes = view.graph.nodes.flatMap((node) => {
      // An output needs a node that makes it.
      if (node.kind === 'Identity' && view.isOutput(node.outputs[0] ?? '')) return [node];
      const tensors = constantOutputs(view, node, { constants, left });
      if (tensors === undefined) return [node];
      left -= tensors.reduce((total, { data }) => total + data.byteLength, 0);
      return tensors.flatMap((tensor, index) => {
        const output = node.outputs[index] ?? '';
        const name = view.isOutput(output) ? freshName(output, taken) : output;
        constants.set(name, tensor);
        return name === output
          ? []
          : [
              {
                name: node.name,
                kind: 'Identity',
                inputs: [name],
                outputs: [output],
                attributes: new Map(),
              },
            ];
      });
    });
    const isSame =
      nodes.length === view.graph.nodes.length &&
      nodes.every((node, index) => node === view.graph.nodes[index]);
    return isSame ? view.graph : withoutDead({ ...view.graph, nodes, initializers: constants });
  };
}

function freshName(output: string, taken: Set<string>): string {
  let name = `${output}/value`;
  while (taken.has(name)) name += '_';
  taken.add(name);
  return name;
}

interface Known {
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Bytes that may still be made. */
  readonly left: number;
}

function constantOutputs(
  view: GraphView,
  node: Node,
  { constants, left }: Known,
): readonly Tensor[] | undefined {
  const outputs = node.outputs
    .map((output) => view.types.get(output))
    .filter((type): type is TensorType => type !== undefined);
  const given = node.inputs.reduce(
    (total, input) => total + (constants.get(input)?.data.length ?? 0),
    0,
  );
  if (
    outputs.length !== node.outputs.length ||
    outputs.some(({ shape }) => elementCount(shape) > Math.max(mostMadeElements, given))
  )
    return undefined;
  if (outputs.reduce((total, type) => total + sizeBytes(type), 0) > left) return undefined;
  return evaluate({
    node,
    outputs,
    constant: (index) => constants.get(node.inputs[index] ?? ''),
    inputType: (index) => view.types.get(node.inputs[index] ?? ''),
  });
}
