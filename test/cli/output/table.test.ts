import { formatTable } from '../../../cli/output/table';

describe('a table', () => {
  it('aligns text to the left and numbers to the right', () => {
    const rows = [
      ['a', { value: 1.5, decimals: 2 }],
      ['longer', { value: 10, decimals: 2 }],
    ];
    expect(formatTable(['NAME', 'MS'], rows)).toBe(
      ['NAME       MS', 'a        1.50', 'longer  10.00'].join('\n'),
    );
  });

  it('prints a dash for a number that is not known', () => {
    expect(formatTable(['P90'], [[{ value: null, decimals: 3 }]])).toBe('P90\n  -');
  });
});
