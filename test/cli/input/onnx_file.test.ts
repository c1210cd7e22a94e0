import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCanonicalOnnx } from '../../../cli/input/onnx_file';
import { bytesField, intField, modelWith, textField } from '../../model/onnx/wire';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'onnx-file-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An initializer w of two floats, whose values are in w.bin. */
const external = bytesField(
  5,
  textField(8, 'w'),
  intField(1, 2),
  intField(2, 1),
  bytesField(13, textField(1, 'location'), textField(2, 'w.bin')),
  intField(14, 1),
);

describe('a model given to a command', () => {
  test('is read with the values beside it, which count in its size', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, modelWith(external));
    writeFileSync(join(folder, 'w.bin'), Buffer.from(Float32Array.of(1, 2).buffer));
    expect((await readCanonicalOnnx(path, new Map())).sizeBytes).toBe(statSync(path).size + 8);
  });

  test('is refused in one line when those are missing', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, modelWith(external));
    await expect(readCanonicalOnnx(path, new Map())).rejects.toThrow(
      /^\S+model\.onnx: '\S+w\.bin' is missing; it must lie beside the model$/,
    );
  });

  test('that is a folder, or not there, is named', async () => {
    await expect(readCanonicalOnnx(folder, new Map())).rejects.toThrow(
      /is a folder; give the path of an ONNX model$/,
    );
    await expect(readCanonicalOnnx(join(folder, 'no.onnx'), new Map())).rejects.toThrow(
      /cannot be read \(ENOENT\); give the path of an ONNX model$/,
    );
  });
});
