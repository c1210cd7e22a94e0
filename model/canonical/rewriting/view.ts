import { ok, type Result } from '../../../common/result';
import {
  consumersByTensor,
  type Graph,
  type Node,
  type Tensor,
  type TensorType,
} from '../../onnx/graph';
import { inferShapes } from '../../onnx/shapes/shape_inference';

/** A graph with what every pass asks of it. */
export interface GraphView {
  readonly graph: Graph;
  /** Every tensor's type, constants included. */
  readonly types: ReadonlyMap<string, TensorType>;
  readonly maker: (tensor: string) => Node | undefined;
  readonly readers: (tensor: string) => readonly Node[];
  readonly constant: (tensor: string) => Tensor | undefined;
  /** A tensor's shape; empty for an omitted input. */
  readonly shape: (tensor: string) => readonly number[];
  readonly isOutput: (tensor: string) => boolean;
}

/** The error is shape inference's: a dynamic input, or a node that cannot be followed. */
export function viewOf(graph: Graph): Result<GraphView, string> {
  const types = inferShapes(graph);
  if (!types.ok) return types;
  const readers = consumersByTensor(graph);
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const outputs = new Set(graph.outputs.map((output) => output.name));
  return ok({
    graph,
    types: types.value,
    maker: (tensor) => makers.get(tensor),
    readers: (tensor) => readers.get(tensor) ?? [],
    constant: (tensor) => graph.initializers.get(tensor),
    shape: (tensor) => types.value.get(tensor)?.shape ?? [],
    isOutput: (tensor) => outputs.has(tensor),
  });
}

/** Whether this tensor serves only this one reader, so that it may vanish into it. */
export function isReadOnce(view: GraphView, tensor: string): boolean {
  return !view.isOutput(tensor) && view.readers(tensor).length === 1;
}
