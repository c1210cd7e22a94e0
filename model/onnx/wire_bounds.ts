import { fail, ok, type Result } from '../../common/result';

/**
 * Each protobuf field becomes an object or an array slot when it is decoded, so a file of two-byte empty messages would
 * take a hundred times its size. Real networks stay far below: ten thousand nodes have about 200,000 fields.
 */
const largestFieldCount = 1_000_000;
/** Integers written one by one; constants of any size belong into raw_data, where they cost nothing to decode. */
const largestListedIntegerBytes = 8 * 1024 * 1024;
/** model > graph > node > attribute > graph …: deeper than any exporter nests subgraphs. */
const deepestNesting = 40;

type MessageName =
  | 'model'
  | 'graph'
  | 'node'
  | 'attribute'
  | 'tensor'
  | 'value'
  | 'type'
  | 'tensorType'
  | 'shape'
  | 'function'
  | 'other';

/** Which fields hold messages that are decoded, by field number: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const nestedMessages: Readonly<Record<MessageName, ReadonlyMap<number, MessageName>>> = {
  model: new Map([
    [7, 'graph'],
    [8, 'other'],
    [14, 'other'],
    [20, 'other'],
    [25, 'function'],
  ]),
  graph: new Map([
    [1, 'node'],
    [5, 'tensor'],
    [11, 'value'],
    [12, 'value'],
    [13, 'value'],
    [14, 'other'],
    [15, 'other'],
  ]),
  node: new Map([[5, 'attribute']]),
  attribute: new Map([
    [5, 'tensor'],
    [6, 'graph'],
    [10, 'tensor'],
    [11, 'graph'],
    [14, 'type'],
    [15, 'type'],
    [22, 'other'],
    [23, 'other'],
  ]),
  tensor: new Map([
    [3, 'other'],
    [13, 'other'],
  ]),
  value: new Map([[2, 'type']]),
  type: new Map([
    [1, 'tensorType'],
    [4, 'other'],
    [5, 'other'],
    [8, 'other'],
    [9, 'other'],
  ]),
  tensorType: new Map([[2, 'shape']]),
  shape: new Map([[1, 'other']]),
  function: new Map([
    [7, 'node'],
    [9, 'other'],
  ]),
  other: new Map(),
};

/** Fields of packed integers, which decode to one object per byte at worst. */
const packedIntegers: Partial<Record<MessageName, readonly number[]>> = {
  tensor: [1, 5, 7, 11],
  attribute: [8],
};

class OutOfBounds extends Error {}

/** Walks the file's structure without building anything. An error says why decoding it would not be safe. */
export function checkWireBounds(bytes: Uint8Array): Result<null, string> {
  try {
    new WireWalk(bytes).message('model', bytes.length, 0);
    return ok(null);
  } catch (error) {
    if (error instanceof OutOfBounds) return fail(error.message);
    throw error;
  }
}

class WireWalk {
  private position = 0;
  private fieldCount = 0;
  private listedIntegerBytes = 0;

  constructor(private readonly bytes: Uint8Array) {}

  message(name: MessageName, end: number, depth: number): void {
    if (depth > deepestNesting)
      throw new OutOfBounds(`nested deeper than ${deepestNesting} messages`);
    while (this.position < end) this.field(name, end, depth);
    if (this.position !== end) throw new OutOfBounds('a field reaches beyond its message');
  }

  private field(name: MessageName, end: number, depth: number): void {
    this.fieldCount += 1;
    if (this.fieldCount > largestFieldCount)
      throw new OutOfBounds(`more than ${largestFieldCount} fields`);
    const tag = this.varint();
    switch (tag & 7) {
      case 0:
        this.varint();
        return;
      case 1:
        this.skip(8, end);
        return;
      case 2:
        this.lengthDelimited(name, tag >>> 3, { end, depth });
        return;
      case 5:
        this.skip(4, end);
        return;
      default:
        throw new OutOfBounds(`wire type ${tag & 7} is not used by ONNX`);
    }
  }

  private lengthDelimited(
    name: MessageName,
    field: number,
    at: { end: number; depth: number },
  ): void {
    const length = this.varint();
    if (this.position + length > at.end) throw new OutOfBounds('truncated');
    const nested = nestedMessages[name].get(field);
    if (nested !== undefined) {
      this.message(nested, this.position + length, at.depth + 1);
      return;
    }
    if (packedIntegers[name]?.includes(field) === true) {
      this.listedIntegerBytes += length;
      if (this.listedIntegerBytes > largestListedIntegerBytes)
        throw new OutOfBounds('too many integers listed one by one; store tensors as raw_data');
    }
    this.position += length;
  }

  private skip(count: number, end: number): void {
    if (this.position + count > end) throw new OutOfBounds('truncated');
    this.position += count;
  }

  /** Low 32 bits; longer values never name a field or a length here. */
  private varint(): number {
    let value = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw new OutOfBounds('truncated');
      this.position += 1;
      if (index < 5) value |= (byte & 127) << (7 * index);
      if (byte < 128) return value >>> 0;
    }
    throw new OutOfBounds('an integer is longer than 64 bits');
  }
}
