import { inspectModel } from '../../../model/inspect/inspect';
import {
  createGraphBuilder,
  float32Tensor,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';
import type { ElementType, Graph, Tensor } from '../../../model/onnx/graph';
import { onnxPrecision } from '../../../model/inspect/onnx_precision';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';
import { withFloatEdges } from '../../e2e/float_edges';
import { smallClassifier } from '../tflite/small_classifier';
import { writeFixture, type FixtureModel } from '../tflite/tflite_file';

/** What a graph is said to be, as it is and as a file. */
function precisionOf(graph: Graph): string {
  const types = inferShapes(graph);
  if (!types.ok) throw new Error(types.error);
  const precision = onnxPrecision(graph, types.value);
  const read = inspectModel(writeOnnx(graph));
  expect(read.ok ? read.value.precision : read.error).toBe(
    precision.ok ? precision.value : precision.error,
  );
  return precision.ok ? precision.value : precision.error;
}

/** x [1, 4] through dense layers, each with the quantizers that it names. */
class Net {
  readonly #builder: GraphBuilder = createGraphBuilder('net');
  #last: string;
  #count = 0;

  constructor() {
    this.#last = this.#builder.input('x', [1, 4]);
  }

  dense(
    quantizers: {
      readonly activation?: 'uint8' | 'uint16';
      readonly weight?: 'int8' | 'int16';
    } = {},
  ): this {
    const name = `layer${String((this.#count += 1))}`;
    const { activation, weight } = quantizers;
    const input =
      activation === undefined ? this.#last : this.#quantized(`${name}.in`, this.#last, activation);
    const kernel =
      weight === undefined ? this.#floats(`${name}.w`) : this.#dequantized(`${name}.w`, weight);
    this.#last = this.#builder.node(name, 'MatMul', [input, kernel]);
    return this;
  }

  relu(): this {
    this.#last = this.#builder.node(`relu${String((this.#count += 1))}`, 'Relu', [this.#last]);
    return this;
  }

  finish(): Graph {
    return this.#builder.finish([{ name: this.#last, elementType: 'float32', shape: [1, 4] }]);
  }

  #floats(name: string): string {
    return this.#builder.constant(name, float32Tensor([4, 4], new Float32Array(16).fill(0.5)));
  }

  #quantized(name: string, tensor: string, type: 'uint8' | 'uint16'): string {
    const parameters = [this.#scale(`${name}.scale`), this.#zero(`${name}.zero`, type)];
    return this.#builder.node(`${name}.dq`, 'DequantizeLinear', [
      this.#builder.node(`${name}.q`, 'QuantizeLinear', [tensor, ...parameters]),
      ...parameters,
    ]);
  }

  #dequantized(name: string, type: 'int8' | 'int16'): string {
    const data =
      type === 'int8'
        ? { elementType: type, data: new Int8Array(16).fill(3) }
        : { elementType: type, data: new Int16Array(16).fill(3) };
    const integers = this.#builder.constant(`${name}.int`, { shape: [4, 4], ...data });
    return this.#builder.node(name, 'DequantizeLinear', [
      integers,
      this.#scale(`${name}.scale`),
      this.#zero(`${name}.zero`, type),
    ]);
  }

  #scale(name: string): string {
    return this.#builder.constant(name, float32Tensor([], new Float32Array([0.1])));
  }

  #zero(name: string, type: 'uint8' | 'uint16' | 'int8' | 'int16'): string {
    const arrays = { uint8: Uint8Array, uint16: Uint16Array, int8: Int8Array, int16: Int16Array };
    return this.#builder.constant(name, {
      elementType: type,
      shape: [],
      data: new arrays[type](1),
    } as Tensor);
  }
}

const int8 = { activation: 'uint8', weight: 'int8' } as const;
const w8a16 = { activation: 'uint16', weight: 'int8' } as const;

describe('an ONNX file is of the precision that its products have', () => {
  test('float32 without quantizers, int8 and w8a16 with both', () => {
    expect(precisionOf(new Net().dense().relu().dense().finish())).toBe('float32');
    expect(precisionOf(new Net().dense(int8).relu().dense(int8).finish())).toBe('int8');
    expect(precisionOf(new Net().dense(w8a16).dense(w8a16).finish())).toBe('w8a16');
  });

  test('half of its products quantized is neither', () => {
    expect(precisionOf(new Net().dense(int8).dense().finish())).toContain(
      '(activations float32, uint8; weights float32, int8)',
    );
    expect(precisionOf(new Net().dense(int8).dense(w8a16).finish())).toContain(
      '(activations uint16, uint8; weights int8)',
    );
  });

  test('weights alone make no int8 network', () => {
    expect(precisionOf(new Net().dense({ weight: 'int8' }).finish())).toMatch(
      /activations float32; weights int8: only its weights are quantized/,
    );
    expect(precisionOf(new Net().dense({ activation: 'uint8' }).finish())).toContain(
      'activations uint8; weights float32',
    );
  });

  test('ranges that are found in each run make none either, whatever else the file lacks', () => {
    const builder = createGraphBuilder('dynamic');
    const x = builder.input('x', [1, 4]);
    const node = builder.node('quantize', 'DynamicQuantizeLinear', [x]);
    // No shape is declared for what this operator makes.
    const read = inspectModel(
      writeOnnx(builder.finish([{ name: node, elementType: 'uint8', shape: [1, 4] }])),
    );
    expect(read).toMatchObject({
      ok: false,
      error: expect.stringMatching(
        /quantized dynamically: node 'quantize' is DynamicQuantizeLinear/,
      ) as string,
    });
  });

  test('half precision inside, float32 at its edges', () => {
    const builder = createGraphBuilder('half');
    const half = new Uint16Array(16).fill(0x3800);
    const weights = builder.constant('w', { elementType: 'float16', shape: [4, 4], data: half });
    const cast = (name: string, from: string, to: number): string =>
      builder.node(name, 'Cast', [from], { to: { kind: 'int', value: to } });
    const product = builder.node('product', 'MatMul', [
      cast('in', builder.input('x', [1, 4]), 10),
      weights,
    ]);
    expect(
      precisionOf(
        builder.finish([{ name: cast('out', product, 1), elementType: 'float32', shape: [1, 4] }]),
      ),
    ).toBe('float16');
  });

  test('weights that are only stored in half precision compute as what they become', () => {
    const builder = createGraphBuilder('stored');
    const stored = builder.constant('w', {
      elementType: 'float16',
      shape: [4, 4],
      data: new Uint16Array(16).fill(0x3800),
    });
    const weights = builder.node('widened', 'Cast', [stored], { to: { kind: 'int', value: 1 } });
    const product = builder.node('product', 'MatMul', [builder.input('x', [1, 4]), weights]);
    expect(
      precisionOf(builder.finish([{ name: product, elementType: 'float32', shape: [1, 4] }])),
    ).toBe('float32');
  });

  test('without a product its quantizers tell', () => {
    const types: readonly ElementType[] = ['uint8', 'uint16'];
    for (const [index, expected] of (['int8', 'w8a16'] as const).entries()) {
      const builder = createGraphBuilder('pool');
      const zero = builder.constant('zero', {
        elementType: types[index],
        shape: [],
        data: index === 0 ? new Uint8Array(1) : new Uint16Array(1),
      } as Tensor);
      const scale = builder.constant('scale', float32Tensor([], new Float32Array([0.1])));
      const q = builder.node('q', 'QuantizeLinear', [builder.input('x', [1, 4]), scale, zero]);
      const relu = builder.node('relu', 'Relu', [
        builder.node('dq', 'DequantizeLinear', [q, scale, zero]),
      ]);
      expect(
        precisionOf(builder.finish([{ name: relu, elementType: 'float32', shape: [1, 4] }])),
      ).toBe(expected);
    }
  });
});

describe('a TFLite file is of the precision that its products have', () => {
  const said = (model: FixtureModel): string => {
    const read = inspectModel(writeFixture(model));
    return read.ok ? read.value.precision : read.error;
  };
  const codes = { float32: 0, float16: 1 };
  /** The classifier in floats; `weights` as the file has them. */
  const inFloats = (weights: 'float32' | 'float16' | 'int8'): FixtureModel => {
    const { tensors, ...rest } = smallClassifier();
    const widen = (tensor: FixtureModel['tensors'][number]): FixtureModel['tensors'][number] => ({
      ...tensor,
      type: codes.float32,
      scales: [],
    });
    const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
    const bytes = weights === 'float16' ? 2 : 4;
    return {
      ...rest,
      tensors: tensors.map((tensor) => {
        if (tensor.data === undefined) return widen(tensor);
        if (tensor.name.endsWith('.weight') && weights === 'int8') return tensor;
        const type = tensor.name.endsWith('.weight')
          ? codes[weights === 'float16' ? 'float16' : 'float32']
          : codes.float32;
        return {
          ...tensor,
          type,
          scales: [],
          data: new Uint8Array(count(tensor.shape) * (type === codes.float16 ? bytes : 4)),
        };
      }),
    };
  };

  test('int8 with floats at its edges is int8', () => {
    expect(said(smallClassifier())).toBe('int8');
    expect(said(withFloatEdges(smallClassifier()))).toBe('int8');
  });

  test('float32, half-precision weights, and weights alone in int8', () => {
    expect(said(inFloats('float32'))).toBe('float32');
    expect(said(inFloats('float16'))).toBe('float16');
    expect(said(inFloats('int8'))).toMatch(
      /activations float32; weights float32, int8: only its weights are quantized/,
    );
  });

  test('half-precision weights that an operator widens are half precision, as the converter writes them', () => {
    const { tensors, operators, ...rest } = inFloats('float16');
    const stored = tensors.flatMap((tensor, index) =>
      tensor.name.endsWith('.weight') ? [index] : [],
    );
    const places = new Map(stored.map((index, place) => [index, tensors.length + place]));
    const widened = stored.map((index) => ({
      name: `${tensors[index]!.name}.float`,
      shape: tensors[index]!.shape,
      type: codes.float32,
      scales: [],
      zeroPoint: 0,
    }));
    const dequantize = stored.map((index) => ({
      code: 6,
      inputs: [index],
      outputs: [places.get(index)!],
      options: { type: 0, fields: [] },
    }));
    const rewired = operators.map((operator) => ({
      ...operator,
      inputs: operator.inputs.map((index) => places.get(index) ?? index),
    }));
    expect(
      said({ ...rest, tensors: [...tensors, ...widened], operators: [...dequantize, ...rewired] }),
    ).toBe('float16');
  });
});
