import { readWeights, writeWeights } from '../../../model/weights/weights_file';

const weights = new Map([
  ['block1.conv.weight', { shape: [2, 1, 1, 2], data: Float32Array.of(1, -2, 0.5, 1e-30) }],
  [
    'block1.norm.mean',
    { shape: [3], data: Float32Array.of(0, Number.NaN, Number.POSITIVE_INFINITY) },
  ],
]);

describe('a file of weights', () => {
  it('is read as it was written, to the bit', () => {
    const read = readWeights(writeWeights(weights));
    expect(read).toEqual({ ok: true, value: weights });
  });

  it('is the same bytes for the same weights', () => {
    expect(Buffer.from(writeWeights(weights)).equals(Buffer.from(writeWeights(weights)))).toBe(
      true,
    );
  });

  it('is refused when it is no archive', () => {
    expect(readWeights(Uint8Array.of(1, 2, 3))).toMatchObject({ ok: false });
  });

  it('is refused or read when it is cut off, and never throws', () => {
    const whole = writeWeights(weights);
    for (let length = 0; length < whole.length; length += 1)
      expect(readWeights(whole.subarray(0, length)).ok).toBe(false);
  });
});
