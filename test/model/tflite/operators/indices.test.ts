/** @jest-environment ./test/model/tflite/litert_environment.ts */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, int, ints } from '../../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../../model/onnx/write';
import { defaultQuantization } from '../../../../model/quantize/options/options';
import { tfliteRefusal } from '../../../../model/tflite/refusal';
import { tfliteDraft, writeTflite } from '../../../../model/tflite/write';
import { toChannelsLast } from '../agreement';
import { randomTensor } from '../operator_case';
import { normalInputs, quantizeOnce, wideOptions } from '../quantized_graph';

/** A segmentation's end: for each pixel the place of its largest number. */
function segmentation(kind: 'ArgMax' | 'ArgMin', keepdims: number): Graph {
  const b = createGraphBuilder('segmentation');
  const scores = b.node(
    'scores',
    'Conv',
    [b.input('x', [1, 3, 6, 7]), b.constant('w', randomTensor('w', [5, 3, 1, 1]))],
    { kernel_shape: ints(1, 1) },
  );
  b.node('y', kind, [scores], { axis: int(1), keepdims: int(keepdims) });
  return b.finish([
    { name: 'y', elementType: 'int64', shape: keepdims === 1 ? [1, 1, 6, 7] : [1, 6, 7] },
  ]);
}

const cases = (['ArgMax', 'ArgMin'] as const).flatMap((kind) =>
  [0, 1].flatMap((keepdims) =>
    [defaultQuantization, wideOptions].map(
      (options) => [kind, keepdims, options.precision, options] as const,
    ),
  ),
);

test.each(cases)(
  "%s with keepdims %i, %s, gives ONNX Runtime's indices as int64",
  async (kind, keepdims, _, options) => {
    const graph = await quantizeOnce(segmentation(kind, keepdims), options);
    const file = writeTflite(graph);
    if (!file.ok) throw new Error(file.error);
    const inputs = normalInputs(graph, 'one').get('x')!;
    const [actual] = await globalThis.runLiteRt(file.value, [[toChannelsLast(inputs)]]);
    const session = await InferenceSession.create(writeOnnx(graph), { logSeverityLevel: 3 });
    const { y } = await session.run({ x: new Tensor('float32', inputs.data, inputs.shape) });
    await session.release();
    expect(Array.from(actual!)).toEqual(Array.from(y!.data as BigInt64Array, Number));
    expect(new Set(actual).size).toBeGreaterThan(2);
  },
);

test('indices that become numbers again are cast and quantized', async () => {
  const b = createGraphBuilder('ranks');
  const place = b.node('place', 'ArgMax', [b.input('x', [1, 3, 6, 7])], {
    axis: int(1),
    keepdims: int(1),
  });
  const graph = await quantizeOnce(
    b.finish([
      {
        name: b.node('y', 'Cast', [place], { to: int(1) }),
        elementType: 'float32',
        shape: [1, 1, 6, 7],
      },
    ]),
  );
  const draft = tfliteDraft(graph);
  expect(draft.ok && draft.value.operators.map((operator) => operator.kind)).toEqual([
    'QUANTIZE',
    'ARG_MAX',
    'RESHAPE',
    'CAST',
    'QUANTIZE',
    'DEQUANTIZE',
  ]);
});

test('a pool whose indices somebody reads is refused by name', () => {
  const b = createGraphBuilder('indices');
  const x = b.input('x', [1, 3, 6, 6]);
  const graph = b.finish([
    { name: 'y', elementType: 'float32', shape: [1, 3, 3, 3] },
    { name: 'places', elementType: 'int64', shape: [1, 3, 3, 3] },
  ]);
  const pool = {
    name: 'pool',
    kind: 'MaxPool',
    inputs: [x],
    outputs: ['y', 'places'],
    attributes: new Map([
      ['kernel_shape', ints(2, 2)],
      ['strides', ints(2, 2)],
    ]),
  };
  expect(tfliteRefusal({ ...graph, nodes: [pool] }, defaultQuantization)).toMatch(
    /^cannot write TFLite: node "pool" \(MaxPool\): its further outputs have no equal in TFLite; export the network without them$/,
  );
});
