import fc from 'fast-check';
import { zipSync, type Zippable } from 'fflate';
import { npyBytes } from '../../../model/calibration/npy';
import { readWeights, writeWeights, type NamedWeights } from '../../../model/weights/weights_file';

const names = fc.stringMatching(/^[a-z][a-z0-9_.]{0,20}$/);
const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  return fc
    .array(fc.float(), { minLength: length, maxLength: length })
    .map((data) => ({ shape, data: Float32Array.from(data) }));
});
const weights: fc.Arbitrary<NamedWeights> = fc
  .uniqueArray(fc.tuple(names, tensor), { maxLength: 5, selector: ([name]) => name })
  .map((entries) => new Map(entries));

describe('a file of weights from anywhere', () => {
  it('gives back whatever was written, scalars and empty tensors too', () => {
    fc.assert(
      fc.property(weights, (given) => {
        expect(readWeights(writeWeights(given))).toEqual({ ok: true, value: given });
      }),
    );
  });

  it('does not throw for bytes that are changed at any place', () => {
    const whole = writeWeights(
      new Map([['block1.conv.weight', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          const read = readWeights(bytes);
          if (!read.ok) expect(read.error).toMatch(/^(is|has) /);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not throw for bytes that are anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readWeights(bytes).ok).toBe(false);
      }),
    );
  });

  it.each<readonly [string, Zippable, RegExp]>([
    ['no array', { 'a.npy': Uint8Array.of(1, 2, 3) }, /^has an entry a\.npy that is no \.npy file/],
    [
      'values of a type that no weight has',
      { 'a.npy': doubles() },
      /^has an entry a\.npy that is not float32/,
    ],
    [
      'fewer values than its shape',
      { 'a.npy': npyBytes(Float32Array.of(1, 2, 3, 4), [2, 2]).slice(0, -4) },
      /^has an entry a\.npy that/,
    ],
    [
      'half a value',
      { 'a.npy': npyBytes(Float32Array.of(1, 2, 3, 4), [2, 2]).slice(0, -2) },
      /^has an entry a\.npy that/,
    ],
    [
      'more values than its shape',
      { 'a.npy': npyBytes(Float32Array.of(1, 2, 3, 4), [2, 1]) },
      /^has an entry a\.npy that/,
    ],
  ])('is refused when an entry is %s', (_, entries, message) => {
    const read = readWeights(zipSync(entries));
    expect(read.ok ? 'read' : read.error).toMatch(message);
  });

  it('is refused, not read in part, when it has more tensors than any network', () => {
    const one = npyBytes(Float32Array.of(1), [1]);
    const many: Zippable = Object.fromEntries(
      Array.from({ length: 20_001 }, (_, index) => [`t${index}.npy`, [one, { level: 0 }]]),
    );
    expect(readWeights(zipSync(many))).toEqual({
      ok: false,
      error: 'has more than 20000 tensors, or more than 1073741824 bytes of them',
    });
  });

  it('is refused before memory is taken, when an entry says that it is larger than any network', () => {
    const archive = zipSync({ 'a.npy': [npyBytes(Float32Array.of(1), [1]), { level: 0 }] });
    declareSize(archive, 2 ** 30 + 1);
    expect(readWeights(archive)).toMatchObject({ ok: false });
  });
});

function doubles(): Uint8Array {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }`.padEnd(117);
  const bytes = Buffer.alloc(128 + 8);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  bytes.writeUInt16LE(118, 8);
  bytes.write(`${text}\n`, 10, 'latin1');
  return Uint8Array.from(bytes);
}

/** In the directory at the archive's end, which is what readers go by. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12 */
function declareSize(archive: Uint8Array, bytes: number): void {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const signature = 0x02014b50;
  for (let at = 0; at + 46 < archive.length; at += 1)
    if (view.getUint32(at, true) === signature) view.setUint32(at + 24, bytes, true);
}
