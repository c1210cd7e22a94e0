/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../../common/random';
import { createSession } from '../../../../model/execute/session';
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, ints } from '../../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../../model/onnx/write';
import { calibrate } from '../../../../model/quantize/ranges/calibrate';

const random = createRandom('extremes');

function drawn(shape: readonly number[]): ReturnType<typeof float32Tensor> {
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  );
}

/** Activations that begin at zero, at one side of it, or below, as images and as vectors; a weight of more than 4 KiB. */
function graphOfActivations(): Graph {
  const builder = createGraphBuilder('activations');
  const image = builder.input('image', [1, 16, 9, 7]);
  const constant = (name: string, value: number): string =>
    builder.constant(name, float32Tensor([], Float32Array.of(value)));
  const conv = builder.node(
    'conv',
    'Conv',
    [image, builder.constant('weight', drawn([16, 16, 3, 3]))],
    { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) },
  );
  const relu = builder.node('relu', 'Relu', [conv]);
  builder.node('relu6', 'Clip', [conv, constant('zero', 0), constant('six', 6)]);
  builder.node('above', 'Clip', [conv, constant('two', 2), constant('six.too', 6)]);
  builder.node('signed', 'Clip', [conv, constant('minus', -1), constant('one', 1)]);
  const vector = builder.node('vector', 'Flatten', [
    builder.node('mean', 'GlobalAveragePool', [relu]),
  ]);
  const dense = builder.node('dense', 'MatMul', [
    vector,
    builder.constant('matrix', drawn([16, 5])),
  ]);
  builder.node('dense.relu', 'Relu', [dense]);
  return builder.finish([{ name: 'dense.relu', elementType: 'float32', shape: [1, 5] }]);
}

const graph = graphOfActivations();
const observed = [
  'image',
  'conv',
  'relu',
  'relu6',
  'above',
  'signed',
  'mean',
  'dense',
  'dense.relu',
];
const samples = [0.5, 3, 1].map((scale) =>
  Float32Array.from({ length: 16 * 9 * 7 }, () => scale * random.normal()),
);

test('extremes computed in the network are those of its tensors, with zero', async () => {
  const ranges = await calibrate(graph, observed, {
    data: { kind: 'given', samples },
    method: { kind: 'min-max' },
    elementType: 'uint8',
    threads: 1,
    onSample: () => undefined,
  });
  const session = await createSession(
    writeOnnx({
      ...graph,
      outputs: observed.slice(1).map((name) => ({ name, elementType: 'float32', shape: null })),
    }),
  );
  const values = new Map(observed.map((tensor) => [tensor, [0]]));
  for (const data of samples) {
    const image = { shape: [1, 16, 9, 7], data };
    for (const [tensor, result] of [
      ['image', image] as const,
      ...(await session.run(new Map([['image', image]]))),
    ])
      values.get(tensor)!.push(...result.data);
  }
  await session.release();
  for (const [tensor, seen] of values) {
    expect([tensor, ranges.get(tensor)]).toEqual([
      tensor,
      {
        min: expect.closeTo(Math.min(...seen), 4) as number,
        max: expect.closeTo(Math.max(...seen), 4) as number,
      },
    ]);
  }
});

test('a tensor that is not finite is named', async () => {
  const broken = Float32Array.from(samples[0]!, (value) => value * 1e38);
  const calibrated = calibrate(graph, observed, {
    data: { kind: 'given', samples: [broken] },
    method: { kind: 'min-max' },
    elementType: 'uint8',
    threads: 1,
    onSample: () => undefined,
  });
  await expect(calibrated).rejects.toThrow(/^tensor conv is not finite on the calibration data/);
});
