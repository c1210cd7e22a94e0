/**
 * How many fields a protobuf message has on its uppermost level, counted no further than to one more than `most`, without
 * decoding it. Anything may be given; what is no protobuf is for the decoder to refuse.
 */
export function countFields(bytes: Uint8Array, most: number): number {
  const wire = { bytes, at: 0 };
  let count = 0;
  while (wire.at < bytes.byteLength && count <= most) {
    count += 1;
    skipField(wire);
  }
  return count;
}

/** The same for the level below, of a message whose fields are all messages. */
export function countInnerFields(bytes: Uint8Array, most: number): number {
  const wire = { bytes, at: 0 };
  let count = 0;
  while (wire.at < bytes.byteLength && count <= most) {
    const content = skipField(wire);
    // A field of nothing counts, or they would have no end.
    count += Math.max(1, countFields(content, most));
  }
  return count;
}

interface Wire {
  readonly bytes: Uint8Array;
  at: number;
}

/**
 * Returns the content of a field that tells its length, and nothing for others.
 * https://protobuf.dev/programming-guides/encoding/#structure: the lowest three bits of a tag tell the form of what follows.
 */
function skipField(wire: Wire): Uint8Array {
  const form = readVarint(wire) % 8;
  const length = form === 0 || form === 2 ? readVarint(wire) : 0;
  const start = wire.at;
  if (form === 1) wire.at += 8;
  if (form === 2) wire.at += length;
  if (form === 5) wire.at += 4;
  return wire.bytes.subarray(start, form === 2 ? wire.at : start);
}

function readVarint(wire: Wire): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = wire.bytes[wire.at] ?? 0;
    wire.at += 1;
    value += (byte % 128) * factor;
    if (byte < 128) return value;
  }
}
