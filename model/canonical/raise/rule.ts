import type { Node } from '../../onnx/graph';
import type { Maker, Replacement } from '../rewrite';
import type { GraphView } from '../view';

/** Writes a node of an older opset as the newest has it; undefined when it reads the same in both. */
export type RaiseRule = (
  node: Node,
  context: { readonly make: Maker; readonly view: GraphView },
) => Replacement | undefined;
