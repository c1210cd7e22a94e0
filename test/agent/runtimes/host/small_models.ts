/** The smallest models that say what a test needs, written byte by byte so that no other part is needed to read them. */

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
const number = (field: number, value: number): number[] => [
  ...varint(field << 3),
  ...varint(value),
];
const nested = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string): number[] => nested(field, [...Buffer.from(value)]);

/** https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
function valueInfo(name: string, shape: readonly (number | string)[]): number[] {
  const dimensions = shape.flatMap((extent) =>
    nested(1, typeof extent === 'number' ? number(1, extent) : text(2, extent)),
  );
  return [...text(1, name), ...nested(2, nested(1, [...number(1, 1), ...nested(2, dimensions)]))];
}

/** ONNX: y = operator(x), float32, operator set 13. */
export function onnxModel(operator: string, shape: readonly (number | string)[]): Buffer {
  const node = [...text(1, 'x'), ...text(2, 'y'), ...text(3, 'only node'), ...text(4, operator)];
  const graph = [
    ...nested(1, node),
    ...text(2, 'graph'),
    ...nested(11, valueInfo('x', shape)),
    ...nested(12, valueInfo('y', shape)),
  ];
  return Buffer.from([...number(1, 8), ...nested(8, number(2, 13)), ...nested(7, graph)]);
}

/** TFLite: y = RELU(x) on float32 [1, 8]. */
export const reluTflite = Buffer.from(
  'GAAAAFRGTDMAAA4AFAAQAAwACAAAAAQADgAAABAAAAAUAAAAGAAAAAMAAAABAAAA9AAAAAEAAAAwAAAAAQAAABAAAAAMAAoACQAAAAAABAAMAAAAEwAAAAATDgAYABQAEAAMAAgABAAOAAAAOAAAACAAAAAMAAAAEAAAABwAAAABAAAAAQAAAAEAAAAAAAAAAQAAACQAAAACAAAAZAAAADQAAAAEAAAAbWFpbgAACgAMAAAACAAEAAoAAAAIAAAADAAAAAEAAAABAAAAAQAAAAAAAADg////FAAAAAQAAAACAAAAAQAAAAgAAAABAAAAeQAAAAwADAAIAAAAAAAEAAwAAAAUAAAABAAAAAIAAAABAAAACAAAAAEAAAB4AAAABAAEAAQAAAA=',
  'base64',
);

/** TFLite: y = FarmUnknown(x), a custom operator that nothing implements. */
export const customOperatorTflite = Buffer.from(
  'GAAAAFRGTDMAAA4AFAAQAAwACAAAAAQADgAAABAAAAAUAAAAGAAAAAMAAAABAAAADAEAAAEAAABIAAAAAQAAABAAAAAMABAADwAIAAAABAAMAAAAIAAAAAgAAAAAAAAgCwAAAEZhcm1Vbmtub3duAAAADgAYABQAEAAMAAgABAAOAAAAOAAAACAAAAAMAAAAEAAAABwAAAABAAAAAQAAAAEAAAAAAAAAAQAAACQAAAACAAAAZAAAADQAAAAEAAAAbWFpbgAACgAMAAAACAAEAAoAAAAIAAAADAAAAAEAAAABAAAAAQAAAAAAAADg////FAAAAAQAAAACAAAAAQAAAAgAAAABAAAAeQAAAAwADAAIAAAAAAAEAAwAAAAUAAAABAAAAAIAAAABAAAACAAAAAEAAAB4AAAABAAEAAQAAAA=',
  'base64',
);
