import type { Node } from '../../onnx/graph';
import type { Maker, NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/** Writes a node of an older opset as the newest has it; undefined when it reads the same in both. */
export type RaiseRule = (
  node: Node,
  context: { readonly make: Maker; readonly view: GraphView },
) => NodeReplacement | undefined;
