import type { Node } from '../../onnx/graph';

const longestName = 100;

/** The network cannot be written as TFLite. Converted to an error value by the writer; the message is one line. */
export class Unsupported extends Error {
  constructor(node: Node, problem: string) {
    super(
      `node ${JSON.stringify(node.name.slice(0, longestName))} (${node.kind.slice(0, longestName)}): ${problem}`,
    );
  }
}
