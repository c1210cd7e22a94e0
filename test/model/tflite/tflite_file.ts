import { Builder } from 'flatbuffers';

export interface FixtureTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** TensorType of the schema: 0 float32, 2 int32, 9 int8. */
  readonly type: number;
  readonly data?: Uint8Array;
  readonly scales: readonly number[];
  readonly zeroPoint: number;
  readonly shapeSignature?: readonly number[];
}

export interface FixtureOperator {
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Type and fields of the builtin options: 32-bit for `i`, 8-bit for `b`. */
  readonly options: {
    readonly type: number;
    readonly fields: readonly (readonly ['i' | 'b', number])[];
  };
}

export interface FixtureModel {
  readonly tensors: readonly FixtureTensor[];
  readonly operators: readonly FixtureOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Writes a TFLite file by the schema, with nothing of the reader's. */
export function writeFixture(model: FixtureModel): Uint8Array {
  const builder = new Builder(1024);
  const codes = [...new Set(model.operators.map((operator) => operator.code))];
  const buffers = [
    dataBuffer(builder, undefined),
    ...model.tensors.map((tensor) => dataBuffer(builder, tensor.data)),
  ];
  const tensors = model.tensors.map((tensor, index) =>
    writeTensor(builder, tensor, tensor.data === undefined ? 0 : index + 1),
  );
  const operators = model.operators.map((operator) =>
    writeOperator(builder, operator, codes.indexOf(operator.code)),
  );
  const [inputs, outputs] = [ints(builder, model.inputs), ints(builder, model.outputs)];
  const [tensorList, operatorList] = [tables(builder, tensors), tables(builder, operators)];
  const subgraph = table(builder, 5, () =>
    [tensorList, inputs, outputs, operatorList].forEach((offset, field) =>
      builder.addFieldOffset(field, offset, 0),
    ),
  );
  const operatorCodes = codes.map((code) =>
    table(builder, 4, () => {
      builder.addFieldInt8(0, Math.min(code, 127), 0);
      builder.addFieldInt32(2, 1, 0);
      builder.addFieldInt32(3, code, 0);
    }),
  );
  const [codeList, subgraphList, bufferList] = [
    tables(builder, operatorCodes),
    tables(builder, [subgraph]),
    tables(builder, buffers),
  ];
  const root = table(builder, 8, () => {
    builder.addFieldInt32(0, 3, 0);
    builder.addFieldOffset(1, codeList, 0);
    builder.addFieldOffset(2, subgraphList, 0);
    builder.addFieldOffset(4, bufferList, 0);
  });
  builder.finish(root, 'TFL3');
  return builder.asUint8Array().slice();
}

function writeTensor(builder: Builder, tensor: FixtureTensor, buffer: number): number {
  const name = builder.createString(tensor.name);
  const shape = ints(builder, tensor.shape);
  const signature = tensor.shapeSignature === undefined ? 0 : ints(builder, tensor.shapeSignature);
  const scales = vector(builder, 4, tensor.scales.length, (index) =>
    builder.addFloat32(tensor.scales[index]!),
  );
  const zeroPoints = vector(builder, 8, tensor.scales.length, () =>
    builder.addInt64(BigInt(tensor.zeroPoint)),
  );
  const quantization = table(builder, 7, () => {
    builder.addFieldOffset(2, scales, 0);
    builder.addFieldOffset(3, zeroPoints, 0);
  });
  return table(builder, 8, () => {
    builder.addFieldOffset(0, shape, 0);
    builder.addFieldInt8(1, tensor.type, 0);
    builder.addFieldInt32(2, buffer, 0);
    builder.addFieldOffset(3, name, 0);
    if (tensor.scales.length > 0) builder.addFieldOffset(4, quantization, 0);
    if (signature !== 0) builder.addFieldOffset(7, signature, 0);
  });
}

function writeOperator(builder: Builder, operator: FixtureOperator, codeIndex: number): number {
  const [inputs, outputs] = [ints(builder, operator.inputs), ints(builder, operator.outputs)];
  const options = table(builder, operator.options.fields.length, () => {
    operator.options.fields.forEach(([width, value], field) =>
      width === 'i'
        ? builder.addFieldInt32(field, value, 0)
        : builder.addFieldInt8(field, value, 0),
    );
  });
  return table(builder, 5, () => {
    builder.addFieldInt32(0, codeIndex, 0);
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, outputs, 0);
    builder.addFieldInt8(3, operator.options.type, 0);
    builder.addFieldOffset(4, options, 0);
  });
}

function dataBuffer(builder: Builder, data: Uint8Array | undefined): number {
  if (data === undefined) return table(builder, 1, () => undefined);
  builder.startVector(1, data.length, 16);
  for (const byte of data.toReversed()) builder.addInt8((byte << 24) >> 24);
  const offset = builder.endVector();
  return table(builder, 1, () => builder.addFieldOffset(0, offset, 0));
}

function table(builder: Builder, fields: number, fill: () => void): number {
  builder.startObject(fields);
  fill();
  return builder.endObject();
}

function ints(builder: Builder, values: readonly number[]): number {
  return vector(builder, 4, values.length, (index) => builder.addInt32(values[index]!));
}

function tables(builder: Builder, offsets: readonly number[]): number {
  return vector(builder, 4, offsets.length, (index) => builder.addOffset(offsets[index]!));
}

/** FlatBuffers are built backwards. */
function vector(
  builder: Builder,
  elementBytes: number,
  length: number,
  add: (index: number) => void,
): number {
  builder.startVector(elementBytes, length, elementBytes);
  for (let index = length - 1; index >= 0; index -= 1) add(index);
  return builder.endVector();
}
