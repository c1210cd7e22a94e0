import fc from 'fast-check';
import { decimalOf, wholeOf } from '../../common/decimal';

describe('a number that a person writes', () => {
  it.each([
    ['0', 0],
    ['5', 5],
    ['-5', -5],
    ['0.03', 0.03],
    ['99.99', 99.99],
    ['999999999999999', 999_999_999_999_999],
  ])('%s is one', (text, value) => {
    expect(decimalOf(text)).toBe(value);
  });
  it.each([
    '',
    ' ',
    ' 5 ',
    '5 ',
    '+5',
    '05',
    '1e3',
    '1E3',
    '0x10',
    '0b1',
    '0o7',
    '1_000',
    '1,000',
    '.5',
    '5.',
    'NaN',
    'Infinity',
    '-',
    '٣',
    '5\n',
    '9'.repeat(16),
  ])('%j is none', (text) => {
    expect([decimalOf(text), wholeOf(text)]).toEqual([NaN, NaN]);
  });
  it('a whole one has no point', () =>
    expect([wholeOf('7'), wholeOf('7.0'), wholeOf('7.5')]).toEqual([7, NaN, NaN]));
  it('is what JavaScript prints, for every integer', () =>
    fc.assert(fc.property(fc.integer(), (value) => expect(wholeOf(String(value))).toBe(value))));
});
