import {
  hexagonVersion,
  isForOtherHexagon,
  npuSupport,
} from '../../../../agent/device/android/hexagon';

test.each([
  ['SM8550', 'htp'],
  ['SM8550-AC', 'htp'],
  ['SM8350', 'htp'],
  ['SM8250', 'dsp'],
  ['SDM845', 'dsp'],
  ['SM7325', 'htp'],
  ['SM8735', 'htp'],
  ['SM7635', 'unknown'],
  ['kona', 'unknown'],
  ['Tensor G3', 'none'],
  ['unknown', 'none'],
])('%s: %s', (soc, support) => {
  expect(npuSupport(soc)).toBe(support);
});

test.each([
  ['SM8550-AC', 73],
  ['SM8650', 75],
  ['SM8735', null],
  ['SM8250', null],
  ['Tensor G3', null],
])('the Hexagon of %s has the version %p', (soc, version) => {
  expect(hexagonVersion(soc)).toBe(version);
});

describe("libraries of another Hexagon's", () => {
  test.each([
    ['libQnnHtpV73Skel.so', 'SM8550', false],
    ['libQnnHtpV75Skel.so', 'SM8550', true],
    ['libQnnHtpV69Stub.so', 'SM8550', true],
    ['libQnnHtpV79.so', 'SM8550', true],
    ['libQnnHtp.so', 'SM8550', false],
    ['libQnnHtpV75Skel.so', 'SM8735', false],
  ])('%s on %s: %p', (fileName, soc, other) => {
    expect(isForOtherHexagon(fileName, soc)).toBe(other);
  });
});
