import type { FixtureModel, FixtureOperator, FixtureTensor } from './tflite_file';

const int8 = 9;
const int32 = 2;

function activation(name: string, ...shape: number[]): FixtureTensor {
  return { name, shape, type: int8, scales: [0.05], zeroPoint: 0 };
}

function weights(name: string, ...shape: number[]): FixtureTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return {
    name,
    shape,
    type: int8,
    data: Uint8Array.from({ length: count }, (_, index) => (index * 37) % 251),
    scales: [0.01],
    zeroPoint: 0,
  };
}

function bias(name: string, channels: number): FixtureTensor {
  return {
    name,
    shape: [channels],
    type: int32,
    data: new Uint8Array(4 * channels),
    scales: [0.0005],
    zeroPoint: 0,
  };
}

const same = ['b', 0] as const;
const valid = ['b', 1] as const;
const one = ['i', 1] as const;
const none = ['b', 0] as const;

/** Image 1x8x8x3, convolution to 4 channels with stride 2, depthwise, sum of both, average pool, dense to 5, softmax. */
export function smallClassifier(): FixtureModel {
  const tensors: FixtureTensor[] = [
    activation('image', 1, 8, 8, 3),
    weights('conv.weight', 4, 3, 3, 3),
    bias('conv.bias', 4),
    activation('conv', 1, 4, 4, 4),
    weights('depthwise.weight', 1, 3, 3, 4),
    bias('depthwise.bias', 4),
    activation('depthwise', 1, 4, 4, 4),
    activation('sum', 1, 4, 4, 4),
    activation('pooled', 1, 1, 1, 4),
    weights('dense.weight', 5, 4),
    bias('dense.bias', 5),
    activation('dense', 1, 5),
    { ...activation('scores', 1, 5), scales: [1 / 256], zeroPoint: -128 },
  ];
  const operators: FixtureOperator[] = [
    {
      code: 3,
      inputs: [0, 1, 2],
      outputs: [3],
      options: { type: 1, fields: [same, ['i', 2], ['i', 2], none, one, one] },
    },
    {
      code: 4,
      inputs: [3, 4, 5],
      outputs: [6],
      options: { type: 2, fields: [same, one, one, one, none, one, one] },
    },
    { code: 0, inputs: [3, 6], outputs: [7], options: { type: 11, fields: [none] } },
    {
      code: 1,
      inputs: [7],
      outputs: [8],
      options: { type: 5, fields: [valid, ['i', 4], ['i', 4], ['i', 4], ['i', 4], none] },
    },
    { code: 9, inputs: [8, 9, 10], outputs: [11], options: { type: 8, fields: [none] } },
    // The only option of a softmax is beta, a float: 0x3f800000 is 1.
    { code: 25, inputs: [11], outputs: [12], options: { type: 9, fields: [['i', 0x3f800000]] } },
  ];
  return { tensors, operators, inputs: [0], outputs: [12] };
}
