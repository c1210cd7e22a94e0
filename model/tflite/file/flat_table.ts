import { ByteBuffer } from 'flatbuffers';

/** The file breaks FlatBuffers' rules. Converted to an error value by the reader. */
export class MalformedFlatBuffer extends Error {}

/** Longest name that is read; names are for people. */
const longestTextBytes = 1_000;

/** Shapes and operands: many tables may share one list, so its length alone must be small. */
const longestList = 256;

/**
 * A FlatBuffers table in a file that may come from anywhere: the package reads beyond the end without complaint, so each
 * offset is checked before it is followed. Layout: https://flatbuffers.dev/internals/
 */
export class FlatTable {
  private readonly vtable: number;
  private readonly vtableBytes: number;

  private constructor(
    private readonly buffer: ByteBuffer,
    private readonly position: number,
  ) {
    this.vtable = position - this.int32(position);
    this.vtableBytes = this.uint16(this.vtable);
  }

  /** The root table of a file. */
  static root(bytes: Uint8Array): FlatTable {
    const buffer = new ByteBuffer(bytes);
    return new FlatTable(buffer, follow(buffer, 0));
  }

  int8Field(field: number, absent: number): number {
    const at = this.fieldPosition(field);
    if (at === undefined) return absent;
    requireInside(this.buffer, at, 1);
    return this.buffer.readInt8(at);
  }

  int32Field(field: number, absent: number): number {
    const at = this.fieldPosition(field);
    return at === undefined ? absent : this.int32(at);
  }

  textField(field: number): string {
    const vector = this.vector(field, 1);
    if (vector === undefined) return '';
    const length = Math.min(vector.length, longestTextBytes);
    return Buffer.from(this.buffer.bytes().subarray(vector.start, vector.start + length)).toString(
      'utf8',
    );
  }

  int32ListField(field: number): readonly number[] {
    const vector = this.vector(field, 4);
    if (vector !== undefined && vector.length > longestList)
      throw new MalformedFlatBuffer(`a list has more than ${longestList} numbers`);
    return vector === undefined
      ? []
      : Array.from({ length: vector.length }, (_, index) => this.int32(vector.start + 4 * index));
  }

  /** Number of bytes in a vector of bytes. */
  byteCountField(field: number): number {
    return this.vector(field, 1)?.length ?? 0;
  }

  /** The tables of a vector; undefined when there are more than `most`. */
  tableListField(field: number, most: number): readonly FlatTable[] | undefined {
    const vector = this.vector(field, 4);
    if (vector !== undefined && vector.length > most) return undefined;
    return vector === undefined
      ? []
      : Array.from(
          { length: vector.length },
          (_, index) => new FlatTable(this.buffer, follow(this.buffer, vector.start + 4 * index)),
        );
  }

  private fieldPosition(field: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.vtableBytes) return undefined;
    const offset = this.uint16(this.vtable + entry);
    return offset === 0 ? undefined : this.position + offset;
  }

  private vector(
    field: number,
    elementBytes: number,
  ): { readonly start: number; readonly length: number } | undefined {
    const at = this.fieldPosition(field);
    if (at === undefined) return undefined;
    const position = follow(this.buffer, at);
    const length = this.int32(position) >>> 0;
    requireInside(this.buffer, position + 4, length * elementBytes);
    return { start: position + 4, length };
  }

  private int32(position: number): number {
    requireInside(this.buffer, position, 4);
    return this.buffer.readInt32(position);
  }

  private uint16(position: number): number {
    requireInside(this.buffer, position, 2);
    return this.buffer.readUint16(position);
  }
}

function follow(buffer: ByteBuffer, position: number): number {
  requireInside(buffer, position, 4);
  return position + buffer.readUint32(position);
}

function requireInside(buffer: ByteBuffer, position: number, count: number): void {
  if (position < 0 || position + count > buffer.capacity())
    throw new MalformedFlatBuffer('an offset points outside the file');
}
