/** Protobuf fields written by hand, for files that no sane writer makes. */
export function intField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

export function bytesField(field: number, ...payload: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(payload);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

export function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}

/** A model of opset 13 whose graph has these fields, an input x and, made of it by a ReLU, an output y of four floats. */
export function modelWith(...graphFields: readonly Buffer[]): Buffer {
  const type = bytesField(
    2,
    bytesField(1, intField(1, 1), bytesField(2, bytesField(1, intField(1, 4)))),
  );
  const relu = bytesField(1, textField(1, 'x'), textField(2, 'y'), textField(4, 'Relu'));
  const graph = bytesField(
    7,
    relu,
    bytesField(11, textField(1, 'x'), type),
    bytesField(12, textField(1, 'y'), type),
    ...graphFields,
  );
  return Buffer.concat([graph, bytesField(8, intField(2, 13))]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
