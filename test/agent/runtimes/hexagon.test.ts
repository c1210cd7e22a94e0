import { npuSupport } from '../../../agent/runtimes/hexagon';

test.each([
  ['SM8550', 'htp'],
  ['SM8550-AC', 'htp'],
  ['SM8350', 'htp'],
  ['SM8250', 'dsp'],
  ['SDM845', 'dsp'],
  ['SM7325', 'unknown'],
  ['Tensor G3', 'none'],
  ['unknown', 'none'],
])('%s: %s', (soc, support) => {
  expect(npuSupport(soc)).toBe(support);
});
