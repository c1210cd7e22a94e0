import type { Graph } from '../../onnx/graph';
import type { GraphView } from './view';

/** One step towards the canonical form: a pure function that returns the very graph when it finds nothing to do. */
export type Pass = (view: GraphView) => Graph;
