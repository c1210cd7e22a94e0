import { fail, ok, type Result } from '../../common/result';
import { sizeBytes, type Graph, type TensorType } from '../onnx/graph';
import { quote } from '../onnx/quote';
import type { GraphView } from './rewriting/view';

/**
 * What a network may compute out of its constants, beyond what a rewrite of each of them takes: masks, grids, position tables. ONNX's own
 * test files make all of a ResNet-50's weights (102 MB) so.
 */
const mostMadeBytes = 2 ** 27;

/** Bytes of a file's values: initializers, and constants that are nodes. */
export function constantBytes(graph: Graph): number {
  const attributes = graph.nodes
    .flatMap((node) => [...node.attributes.values()])
    .flatMap((attribute) => (attribute.kind === 'tensor' ? [attribute.value] : []));
  return [...graph.initializers.values(), ...attributes].reduce(
    (total, { data }) => total + data.byteLength,
    0,
  );
}

/** How large all constants may become while they are folded; half precision becomes float32, and a rewritten weight stands beside its original. */
export function constantLimitBytes(graph: Graph): number {
  return 3 * constantBytes(graph) + mostMadeBytes;
}

/**
 * Refuses a network that still has to make much out of constants alone: runtimes would compute it when they load the file, and a file of
 * a few bytes can ask for any amount. `givenBytes` is what the file has. The error names the node that makes most.
 */
export function requireFolded(
  { graph, types }: GraphView,
  givenBytes: number,
): Result<null, string> {
  const constant = new Set(graph.initializers.keys());
  let [total, largest] = [0, 0];
  let culprit = graph.nodes[0];
  for (const node of graph.nodes) {
    if (!node.inputs.every((input) => input === '' || constant.has(input))) continue;
    node.outputs.forEach((output) => constant.add(output));
    const made = node.outputs
      .map((output) => types.get(output))
      .filter((type): type is TensorType => type !== undefined)
      .reduce((sum, type) => sum + sizeBytes(type), 0);
    total += made;
    if (made > largest) [largest, culprit] = [made, node];
  }
  if (total <= givenBytes + mostMadeBytes || culprit === undefined) return ok(null);
  const megabytes = (bytes: number): string => String(Math.round(bytes / 1e6));
  return fail(
    `node ${quote(culprit.name)} (${culprit.kind}): makes ${megabytes(largest)} MB out of constants, and ${megabytes(mostMadeBytes)} MB more than the file has are the most; store the values in the file, or export the network without it`,
  );
}
