import { createGraphBuilder } from '../../model/onnx/graph_builder';
import { writeOnnx } from '../../model/onnx/write';

/** The smallest model worth the name. */
export function sampleModel(): Uint8Array {
  const builder = createGraphBuilder('sample');
  const output = builder.node('output', 'Relu', [builder.input('input', [1, 4])]);
  return writeOnnx(builder.finish([{ name: output, elementType: 'float32', shape: [1, 4] }]));
}
