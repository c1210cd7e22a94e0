import { Builder } from 'flatbuffers';
import { builtinCode } from './builtin_operators';
import type { BuiltinOptions, DraftOperator, DraftTensor, TfliteDraft } from './draft';
import { elementTypeCode } from './read';

/** Kernels load weights with vector instructions: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs (force_align). */
const dataAlignmentBytes = 16;
/** Room for names, shapes and tables of one tensor or operator, so that the builder rarely grows, which copies the weights. */
const tableBytes = 320;
const schemaVersion = 3;
/** Codes above it are written to a second field; the first then holds this placeholder. */
const largestOldCode = 127;

interface OperatorCode {
  readonly kind: string;
  readonly version: number;
}

/** TFLite's metadata has one space of names for all tools. */
const metadataPrefix = 'pareto_farm.';

/** The bytes of a TFLite file, with what is to be known of it. Constants with equal bytes share a buffer; equal drafts give equal bytes. */
export function serializeTflite(
  draft: TfliteDraft,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const buffers = sharedBuffers(draft.tensors);
  const dataBytes = buffers.data.reduce(
    (total, data) => total + data.length + dataAlignmentBytes,
    0,
  );
  const scaleBytes = draft.tensors.reduce(
    (total, tensor) => total + 12 * (tensor.quantization?.scales.length ?? 0),
    0,
  );
  const builder = new Builder(
    dataBytes + scaleBytes + tableBytes * (draft.tensors.length + draft.operators.length + 16),
  );
  const entries = Object.entries(metadata);
  const values = entries.map(([, value]) => new TextEncoder().encode(value));
  const bufferOffsets = [
    table(builder, 1, () => undefined),
    ...[...buffers.data, ...values].map((data) => writeBuffer(builder, data)),
  ];
  const codes = operatorCodes(draft.operators);
  const tensors = draft.tensors.map((tensor, index) =>
    writeTensor(builder, tensor, buffers.indexOfTensor[index] ?? 0),
  );
  const operators = draft.operators.map((operator) =>
    writeOperator(builder, operator, codes.indexOf(operator)),
  );
  const subgraph = writeSubgraph(builder, draft, { tensors, operators });
  const description = builder.createString('Pareto Farm');
  const codeList = offsets(
    builder,
    codes.list.map((code) => writeOperatorCode(builder, code)),
  );
  const [subgraphList, bufferList] = [
    offsets(builder, [subgraph]),
    offsets(builder, bufferOffsets),
  ];
  const entryList =
    entries.length === 0
      ? 0
      : offsets(
          builder,
          entries.map(([name], index) =>
            writeMetadata(builder, `${metadataPrefix}${name}`, 1 + buffers.data.length + index),
          ),
        );
  const root = table(builder, 7, () => {
    builder.addFieldInt32(0, schemaVersion, 0);
    builder.addFieldOffset(1, codeList, 0);
    builder.addFieldOffset(2, subgraphList, 0);
    builder.addFieldOffset(3, description, 0);
    builder.addFieldOffset(4, bufferList, 0);
    builder.addFieldOffset(6, entryList, 0);
  });
  builder.finish(root, 'TFL3');
  return builder.asUint8Array();
}

interface SharedBuffers {
  readonly data: readonly Uint8Array[];
  /** Buffer 0 is empty and belongs to everything that is computed. */
  readonly indexOfTensor: readonly number[];
}

function sharedBuffers(tensors: readonly DraftTensor[]): SharedBuffers {
  const data: Uint8Array[] = [];
  const byLength = new Map<number, number[]>();
  const indexOfTensor = tensors.map(({ data: bytes }) => {
    if (bytes === undefined) return 0;
    const candidates = byLength.get(bytes.length) ?? [];
    const known = candidates.find((index) => Buffer.compare(data[index - 1] ?? bytes, bytes) === 0);
    if (known !== undefined) return known;
    data.push(bytes);
    byLength.set(bytes.length, [...candidates, data.length]);
    return data.length;
  });
  return { data, indexOfTensor };
}

/** Operators of one kind and version share a code. */
function operatorCodes(operators: readonly DraftOperator[]): {
  readonly list: readonly OperatorCode[];
  readonly indexOf: (operator: DraftOperator) => number;
} {
  const indices = new Map<string, number>();
  const list: OperatorCode[] = [];
  for (const { kind, version } of operators) {
    if (indices.has(`${kind} ${version}`)) continue;
    indices.set(`${kind} ${version}`, list.length);
    list.push({ kind, version });
  }
  return { list, indexOf: ({ kind, version }) => indices.get(`${kind} ${version}`) ?? 0 };
}

function writeOperatorCode(builder: Builder, { kind, version }: OperatorCode): number {
  const code = builtinCode(kind);
  return table(builder, 4, () => {
    builder.addFieldInt8(0, Math.min(code, largestOldCode), 0);
    builder.addFieldInt32(2, version, 1);
    builder.addFieldInt32(3, code, 0);
  });
}

function writeBuffer(builder: Builder, data: Uint8Array): number {
  builder.prep(dataAlignmentBytes, data.length);
  const vector = builder.createByteVector(data);
  return table(builder, 1, () => builder.addFieldOffset(0, vector, 0));
}

function writeMetadata(builder: Builder, name: string, buffer: number): number {
  const text = builder.createString(name);
  return table(builder, 2, () => {
    builder.addFieldOffset(0, text, 0);
    builder.addFieldInt32(1, buffer, 0);
  });
}

function writeTensor(builder: Builder, tensor: DraftTensor, buffer: number): number {
  const name = builder.createString(tensor.name);
  const shape = int32List(builder, tensor.shape);
  const quantization = writeQuantization(builder, tensor);
  return table(builder, 9, () => {
    builder.addFieldOffset(0, shape, 0);
    builder.addFieldInt8(1, elementTypeCode(tensor.elementType), 0);
    builder.addFieldInt32(2, buffer, 0);
    builder.addFieldOffset(3, name, 0);
    builder.addFieldOffset(4, quantization, 0);
    // has_rank: an empty shape is a scalar's.
    builder.addFieldInt8(8, 1, 0);
  });
}

function writeQuantization(builder: Builder, { quantization }: DraftTensor): number {
  if (quantization === undefined) return 0;
  const { scales, zeroPoint, axis } = quantization;
  const scaleList = vector(builder, 4, scales.length, (index) =>
    builder.addFloat32(scales[index] ?? 0),
  );
  const zeroPointList = vector(builder, 8, scales.length, () =>
    builder.addInt64(BigInt(zeroPoint)),
  );
  return table(builder, 7, () => {
    builder.addFieldOffset(2, scaleList, 0);
    builder.addFieldOffset(3, zeroPointList, 0);
    builder.addFieldInt32(6, axis, 0);
  });
}

function writeOperator(builder: Builder, operator: DraftOperator, code: number): number {
  const [inputs, outputs] = [
    int32List(builder, operator.inputs),
    int32List(builder, operator.outputs),
  ];
  const options = operator.options.type === 0 ? 0 : writeOptions(builder, operator.options);
  return table(builder, 5, () => {
    builder.addFieldInt32(0, code, 0);
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, outputs, 0);
    builder.addFieldInt8(3, operator.options.type, 0);
    builder.addFieldOffset(4, options, 0);
  });
}

/** Every given field is written, whatever its default: NaN equals nothing. */
function writeOptions(builder: Builder, { fields }: BuiltinOptions): number {
  return table(builder, 1 + Math.max(0, ...fields.map(({ field }) => field)), () => {
    for (const { field, width, value } of fields) {
      if (width === 'byte') builder.addFieldInt8(field, value, NaN);
      else if (width === 'int') builder.addFieldInt32(field, value, NaN);
      else builder.addFieldFloat32(field, value, NaN);
    }
  });
}

function writeSubgraph(
  builder: Builder,
  draft: TfliteDraft,
  lists: { readonly tensors: readonly number[]; readonly operators: readonly number[] },
): number {
  const name = builder.createString(draft.name);
  const [inputs, outputs] = [int32List(builder, draft.inputs), int32List(builder, draft.outputs)];
  const [tensors, operators] = [offsets(builder, lists.tensors), offsets(builder, lists.operators)];
  return table(builder, 5, () =>
    [tensors, inputs, outputs, operators, name].forEach((offset, field) =>
      builder.addFieldOffset(field, offset, 0),
    ),
  );
}

function table(builder: Builder, fields: number, fill: () => void): number {
  builder.startObject(fields);
  fill();
  return builder.endObject();
}

function int32List(builder: Builder, values: readonly number[]): number {
  return vector(builder, 4, values.length, (index) => builder.addInt32(values[index] ?? 0));
}

function offsets(builder: Builder, values: readonly number[]): number {
  return vector(builder, 4, values.length, (index) => builder.addOffset(values[index] ?? 0));
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
