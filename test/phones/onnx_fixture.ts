import { createGraphBuilder, float32Tensor, int, ints } from '../../model/onnx/graph_builder';
import { writeOnnx } from '../../model/onnx/write';

/** A float network of `layers` 3x3 convolutions on 1x16x32x32; `tail` is one more operator at the end. */
export function buildOnnxFixture(layers = 2, tail?: string): Buffer {
  const builder = createGraphBuilder('fixture');
  let signal = builder.input('image', [1, 16, 32, 32]);
  for (let layer = 0; layer < layers; layer += 1) {
    const weight = builder.constant(
      `weight${layer}`,
      float32Tensor([16, 16, 3, 3], new Float32Array(16 * 16 * 9)),
    );
    signal = builder.node(`conv${layer}`, 'Conv', [signal, weight], {
      pads: ints(1, 1, 1, 1),
      group: int(1),
    });
  }
  if (tail !== undefined) signal = builder.node('tail', tail, [signal]);
  return Buffer.from(
    writeOnnx(builder.finish([{ name: signal, elementType: 'float32', shape: [1, 16, 32, 32] }])),
  );
}
