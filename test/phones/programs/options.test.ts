import fc from 'fast-check';
import { splitOptions } from '../../../phones/programs/options';

test.each([
  [['-la', '/x'], '', { flags: ['l', 'a'], values: {}, operands: ['/x'] }],
  [['-n', '5', 'f'], 'n', { flags: [], values: { n: '5' }, operands: ['f'] }],
  [['-n5', 'f'], 'n', { flags: [], values: { n: '5' }, operands: ['f'] }],
  [['-qn5'], 'n', { flags: ['q'], values: { n: '5' }, operands: [] }],
  [['-r', '--', '-f'], '', { flags: ['r'], values: {}, operands: ['-f'] }],
  [['-', 'a'], '', { flags: [], values: {}, operands: ['-', 'a'] }],
  [['a', '-l'], '', { flags: [], values: {}, operands: ['a', '-l'] }],
  [['-n'], 'n', { flags: [], values: { n: '' }, operands: [] }],
])('%j with values for %j', (words, withValue, expected) => {
  const { flags, values, operands } = splitOptions(words, withValue);
  expect({ flags: [...flags], values: Object.fromEntries(values), operands }).toEqual(expected);
});

test('what follows `--` is an operand, whatever it looks like', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (operands) => {
      expect(splitOptions(['-x', '--', ...operands])).toEqual({
        flags: new Set(['x']),
        values: new Map(),
        operands,
      });
    }),
  );
});
