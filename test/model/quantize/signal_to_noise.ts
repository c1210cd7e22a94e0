/** Energy of the expected values over that of the differences, in decibels. */
export function signalToNoiseDb(expected: Float32Array, actual: Float32Array): number {
  let signal = 0;
  let noise = 0;
  expected.forEach((value, index) => {
    signal += value ** 2;
    noise += (value - (actual[index] ?? NaN)) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}
