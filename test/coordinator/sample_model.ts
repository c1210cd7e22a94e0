import { createGraphBuilder } from '../../model/onnx/graph_builder';
import { writeOnnx } from '../../model/onnx/write';

/** The smallest model worth the name; each number has bytes of its own. */
export function sampleModel(number = 0): Uint8Array {
  const builder = createGraphBuilder(`sample${String(number)}`);
  const output = builder.node('output', 'Relu', [builder.input('input', [1, 4])]);
  return writeOnnx(builder.finish([{ name: output, elementType: 'float32', shape: [1, 4] }]));
}
