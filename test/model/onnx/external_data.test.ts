import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../../../model/onnx/graph';
import { readOnnxFile } from '../../../model/onnx/read_file';
import { writeOnnx } from '../../../model/onnx/write';
import { bytesField, intField, modelWith, textField } from './wire';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'external-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Place = Readonly<Record<string, string>>;

/** A model with an initializer w of two floats whose values are elsewhere. */
function modelFile(place: Place, ...more: readonly Buffer[]): string {
  const entries = Object.entries(place).map(([key, text]) =>
    bytesField(13, textField(1, key), textField(2, text)),
  );
  const path = join(folder, 'model.onnx');
  writeFileSync(
    path,
    modelWith(
      bytesField(5, textField(8, 'w'), intField(1, 2), intField(2, 1), ...entries, intField(14, 1)),
      ...more,
    ),
  );
  return path;
}

async function errorOf(place: Place): Promise<string> {
  const result = await readOnnxFile(modelFile(place));
  return result.ok ? 'it was read' : result.error;
}

const values = (...numbers: number[]): Buffer => Buffer.from(Float32Array.from(numbers).buffer);

describe('a model with values in other files', () => {
  test('is read, whole or in parts', async () => {
    writeFileSync(join(folder, 'w.bin'), values(1, 2, 3));
    const part = await readOnnxFile(modelFile({ location: 'w.bin', offset: '4', length: '8' }));
    expect(part.ok && part.value.graph.initializers.get('w')!.data).toEqual(Float32Array.of(2, 3));
    const rest = await readOnnxFile(modelFile({ location: './w.bin', offset: '4' }));
    expect(rest.ok && rest.value.graph.initializers.get('w')!.data).toEqual(Float32Array.of(2, 3));
  });

  test('is read from a folder below', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/w.bin'), values(1, 2));
    const read = await readOnnxFile(modelFile({ location: 'data/w.bin' }));
    expect(read.ok && read.value.graph.initializers.get('w')!.data).toEqual(Float32Array.of(1, 2));
  });

  test('names what is missing', async () => {
    expect(await errorOf({ location: 'w.bin' })).toContain(
      "w.bin' is missing; it must lie beside the model",
    );
    const none = await readOnnxFile(join(folder, 'no.onnx'));
    expect(none.ok ? '' : none.error).toContain('is missing');
  });

  test.each([
    '../w.bin',
    '/etc/hostname',
    'a/../../w.bin',
    'C:\\w.bin',
    '..\\w.bin',
    '',
    'w\0.bin',
  ])('stays in its folder: %j is refused', async (location) => {
    expect(await errorOf({ location })).toContain("initializer 'w': its values are in");
  });

  test('does not follow a link out of its folder, nor reads a folder', async () => {
    symlinkSync('/etc/hostname', join(folder, 'link.bin'));
    expect(await errorOf({ location: 'link.bin' })).toContain("leads out of the model's folder");
    mkdirSync(join(folder, 'w.bin'));
    expect(await errorOf({ location: 'w.bin' })).toContain('is not a file');
  });

  test.each<[string, Place, string]>([
    [
      'an offset behind the end',
      { offset: '100' },
      'has 8 bytes; the model expects values from byte 100 on',
    ],
    [
      'a length beyond the end',
      { offset: '4', length: '8' },
      'has 8 bytes; the model expects values from byte 4 to 12',
    ],
    ['fewer values than the shape', { length: '4' }, 'needs 8 bytes, the file has 4'],
    ['a negative offset', { offset: '-4' }, 'not a whole number'],
    ['a length that is none', { length: '1e3' }, 'not a whole number'],
  ])('with %s is refused', async (_, place, message) => {
    writeFileSync(join(folder, 'w.bin'), values(1, 2));
    expect(await errorOf({ location: 'w.bin', ...place })).toContain(message);
  });

  test('of more than 2 GB is refused without reading it', async () => {
    writeFileSync(join(folder, 'w.bin'), '');
    truncateSync(join(folder, 'w.bin'), 3 * 1024 ** 3);
    expect(await errorOf({ location: 'w.bin' })).toBe(
      'the model has more than 2147483647 bytes; larger ones are refused',
    );
  });
});

test('a network of more than 2 GB is not written', () => {
  const quarter = {
    elementType: 'float32',
    shape: [2 ** 26],
    data: new Float32Array(2 ** 26),
  } as const;
  const initializers = new Map(
    Array.from({ length: 8 }, (_, index) => [`w${index}`, quarter] as const),
  );
  const graph: Graph = {
    name: '',
    opset: 21,
    nodes: [],
    initializers,
    inputs: [],
    outputs: [],
    declared: new Map(),
  };
  expect(() => writeOnnx(graph)).toThrow('an ONNX file holds at most 2147483647');
});
