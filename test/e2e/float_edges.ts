import type { FixtureModel } from '../model/tflite/tflite_file';

const float32 = 0;
const quantize = 114;
const dequantize = 6;
const noOptions = { type: 0, fields: [] };

/** The int8 model between a quantizing and a dequantizing operator, as converters write it unless told otherwise. */
export function withFloatEdges(model: FixtureModel): FixtureModel {
  const [input = 0] = model.inputs;
  const [output = 0] = model.outputs;
  const edge = (name: string, like: number): FixtureModel['tensors'][number] => ({
    name,
    shape: model.tensors[like]?.shape ?? [],
    type: float32,
    scales: [],
    zeroPoint: 0,
  });
  const first = model.tensors.length;
  return {
    tensors: [...model.tensors, edge('float image', input), edge('float scores', output)],
    operators: [
      { code: quantize, inputs: [first], outputs: [input], options: noOptions },
      ...model.operators,
      { code: dequantize, inputs: [output], outputs: [first + 1], options: noOptions },
    ],
    inputs: [first],
    outputs: [first + 1],
  };
}
