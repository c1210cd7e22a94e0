import fc from 'fast-check';
import { parseScript } from '../../../phones/shell/parser';
import { ScriptError } from '../../../phones/shell/syntax';

function parses(text: string): boolean {
  try {
    parseScript(text);
    return true;
  } catch (error) {
    if (error instanceof ScriptError) return false;
    throw error;
  }
}

describe('a script', () => {
  it('is read or refused, whatever its text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void parses(text)),
    );
    const pieces = fc.constantFrom(
      ...[
        'if',
        'then',
        'else',
        'elif',
        'fi',
        'while',
        'until',
        'do',
        'done',
        'for',
        'in',
        '{',
        '}',
      ],
      ...[
        '(',
        ')',
        ';',
        '&',
        '|',
        '&&',
        '||',
        '!',
        '\n',
        '$(',
        '`',
        '"',
        "'",
        '>',
        '<',
        '2>&1',
        'x',
        '$x',
        '${x:-',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => void parses(parts.join(' '))),
      { numRuns: 500 },
    );
  });

  it.each([
    'if true; then echo',
    'if true; fi',
    'for in a; do :; done',
    'while true; done',
    '(echo',
    'echo )',
    'echo "open',
    "echo 'open",
    'echo $(open',
    'echo `open',
    'a && ',
    '| b',
    '{ echo; ',
    'echo >',
  ])('%j is refused', (text) => {
    expect(parses(text)).toBe(false);
  });

  it('that nests without end is refused in time, and does not end the process', () => {
    for (const [open, close] of [
      ['(', ')'],
      ['$(', ')'],
      ['if ', '; then :; fi'],
      ['{ ', '; }'],
    ] as const)
      expect(() => parses(open.repeat(20_000) + 'true' + close.repeat(20_000))).not.toThrow(
        RangeError,
      );
  });

  it('of blanks and comments is empty', () => {
    expect(parseScript(' \n\t# nothing\n\n')).toEqual([]);
  });
});
