import fc from 'fast-check';
import { npyHeadBytes, npyValues, readNpyHeader } from '../../../model/calibration/npy';
import { npyFile } from './npy_file';

describe('a .npy header', () => {
  test.each([1, 2, 3])('of version %d says type, shape and where the values are', (version) => {
    const bytes = npyFile(Float32Array.of(1, 2, 3, 4, 5, 6), {
      descr: '<f4',
      shape: [2, 3],
      version,
    });
    const header = readNpyHeader(bytes);
    expect(header).toEqual({
      ok: true,
      value: {
        elementType: 'float32',
        shape: [2, 3],
        dataOffset: bytes.length - 24,
        dataBytes: 24,
      },
    });
  });

  test.each([
    ['()', []],
    ['(3,)', [3]],
    ['(2, 3)', [2, 3]],
    ['(0, 3)', [0, 3]],
  ])('reads the shape %s', (text, shape) => {
    const header = readNpyHeader(npyFile(new Float32Array(), { descr: '<f4', shapeText: text }));
    expect(header.ok && header.value.shape).toEqual(shape);
  });

  test.each([
    [
      'big-endian values',
      npyFile(Float32Array.of(1), { descr: '>f4', shape: [1] }),
      "has values of type '>f4'; expected float32, float64 or uint8 in little-endian order",
    ],
    [
      'integers',
      npyFile(Float32Array.of(1), { descr: '<i8', shape: [1] }),
      "has values of type '<i8'",
    ],
    [
      'Fortran order',
      npyFile(Float32Array.of(1), { descr: '<f4', shape: [1], fortran: true }),
      'is in Fortran order; save numpy.ascontiguousarray(array)',
    ],
    [
      'another format',
      Buffer.from('PK\u0003\u0004 and so on'),
      'is no .npy file; save it with numpy.save',
    ],
    [
      'a cut header',
      npyFile(Float32Array.of(1), { descr: '<f4', shape: [1] }).subarray(0, 40),
      'ends within its header',
    ],
    [
      'nine versions later',
      npyFile(Float32Array.of(1), { descr: '<f4', shape: [1], version: 9 }),
      'has version 9 of the .npy format',
    ],
    [
      'objects',
      npyFile(Float32Array.of(1), { descr: '|O', shape: [1] }),
      "has values of type '|O'",
    ],
    [
      'a Python expression',
      npyFile(Float32Array.of(1), { descr: '<f4', shapeText: '(1).__class__' }),
      'has a header that NumPy does not write',
    ],
    [
      'an impossible shape',
      npyFile(Float32Array.of(1), { descr: '<f4', shapeText: '(999999999999, 999999999999)' }),
      'has the impossible shape',
    ],
  ])('refuses %s', (_, bytes, expected) => {
    const header = readNpyHeader(bytes);
    expect(header.ok ? '' : header.error).toContain(expected);
  });

  test('is total: any bytes, and any damage to a good file, give a header or a line', () => {
    const good = npyFile(Float32Array.of(1, 2, 3), { descr: '<f4', shape: [3] });
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length))
      .map(([at, byte, length]) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = byte;
        return bytes.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
        const header = readNpyHeader(bytes);
        if (!header.ok) expect(header.error).not.toMatch(/\n/);
        else expect(header.value.dataOffset).toBeLessThanOrEqual(npyHeadBytes);
      }),
    );
  });

  test('values are floats whatever they were stored as, and wherever they lie', () => {
    const bytes = new Uint8Array(17);
    bytes.set(new Uint8Array(Float64Array.of(0.5, -2).buffer), 1);
    expect([...npyValues(bytes.subarray(1), 'float64')]).toEqual([0.5, -2]);
    expect([...npyValues(Uint8Array.of(0, 255), 'uint8')]).toEqual([0, 255]);
  });
});
