import fc from 'fast-check';
import { normalizerOf, type ValueForm } from '../../../model/calibration/normalizer';

const anyForm: fc.Arbitrary<ValueForm> = fc.record({
  channelOrder: fc.constantFrom('rgb', 'bgr'),
  scale: fc.constantFrom('unit', 'byte'),
  mean: fc.tuple(
    ...[0, 1, 2].map(() => fc.double({ min: -2, max: 200, noNaN: true })),
  ) as fc.Arbitrary<[number, number, number]>,
  std: fc.tuple(
    ...[0, 1, 2].map(() => fc.double({ min: 0.1, max: 100, noNaN: true })),
  ) as fc.Arbitrary<[number, number, number]>,
});

/** One value after the other, as the words of the form say it. */
function valueAt(form: ValueForm, rgb: ArrayLike<number>, place: number): number {
  const colour = form.channelOrder === 'rgb' ? place : 2 - place;
  const value = rgb[colour]! / (form.scale === 'unit' ? 255 : 1);
  return (value - form.mean[colour]!) / form.std[colour]!;
}

describe('values of pixels', () => {
  test('are in the order of channels, on the scale and normalized as the form says, in both layouts', () => {
    fc.assert(
      fc.property(
        anyForm,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat(255)),
        (form, images, each, bytes) => {
          const pixels = Uint8Array.from([...bytes.take(images * each * 3)]);
          const last = normalizerOf(form, 'nhwc')(pixels, each);
          const first = normalizerOf(form, 'nchw')(pixels, each);
          for (let image = 0; image < images; image += 1)
            for (let pixel = 0; pixel < each; pixel += 1)
              for (let place = 0; place < 3; place += 1) {
                const at = (image * each + pixel) * 3;
                const expected = Math.fround(valueAt(form, pixels.subarray(at, at + 3), place));
                expect(last[at + place]).toBe(expected);
                expect(first[(image * 3 + place) * each + pixel]).toBe(expected);
              }
        },
      ),
    );
  });

  test('are the same for one image and for many', () => {
    const form: ValueForm = { channelOrder: 'bgr', scale: 'byte', mean: [1, 2, 3], std: [4, 5, 6] };
    const pixels = Uint8Array.from({ length: 24 }, (_, index) => 10 * index);
    const together = normalizerOf(form, 'nchw')(pixels, 4);
    const alone = [0, 12].flatMap((at) => [
      ...normalizerOf(form, 'nchw')(pixels.subarray(at, at + 12)),
    ]);
    expect([...together]).toEqual(alone);
  });
});
