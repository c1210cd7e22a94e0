import fc from 'fast-check';
import { z } from 'zod';
import { BadInputError } from '../../../common/bad_input';
import { longestErrorLine } from '../../../common/farm_error';
import { mapping } from '../../../common/field';
import { parseYaml, withYamlFields } from '../../../platform/config/yaml';

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
const laughs = `${lines(
  9,
  (level) =>
    `l${level}: &l${level} [${Array(9)
      .fill(level === 0 ? 'lol' : `*l${level - 1}`)
      .join(', ')}]`,
)}\n`;
const longWord = 'x'.repeat(200_000);

/** Each was seen to end, or to hold up for seconds, a program that gave it to the parser as it is. */
const hostile: Readonly<Record<string, string>> = {
  '5,000 opening brackets': '['.repeat(5_000),
  '100,000 opening brackets': '['.repeat(100_000),
  'opening braces': '{a: '.repeat(5_000),
  'nested dashes': '- '.repeat(5_000),
  'nested question marks': '? '.repeat(5_000),
  'nested mappings': lines(700, (level) => `${' '.repeat(level)}a:`),
  'sequences in mappings': lines(
    700,
    (level) => `${' '.repeat(level)}${level % 2 === 0 ? 'a:' : '-'}`,
  ),
  '250 kB of keys': lines(36_000, (index) => `k${index}: 1`),
  '250 kB of keys on one line': `{${lines(36_000, (index) => `k${index}: 1,`)}}`,
  'an error for each comma': `[${','.repeat(250_000)}]`,
  'properties without a node': '&a '.repeat(80_000),
  'aliases of nothing': '*a '.repeat(80_000),
  'a billion laughs': laughs,
  'a value that contains itself': 'a: &a [*a]',
  'a huge scalar': longWord,
  'a huge key': `${longWord}: 1`,
  'a huge tag': `!${longWord} 1`,
  'a huge alias': `a: *${longWord}`,
  'a huge escape': `"\\${longWord}"`,
  'many documents': '--- a\n'.repeat(40_000),
  'more than is read': ' '.repeat(2 * 1024 ** 2),
  'control characters': `"\u001b[2J\u009b31m": 1`,
  'a line of text': '\u202eevil\u0007\u001b]0;title\u0007: 1',
};

describe('YAML that a stranger wrote', () => {
  const schema = z.union([mapping({ port: z.number() }), z.array(z.number())]);
  it.each(Object.entries(hostile))('%s is refused in one printable line', (_, text) => {
    const message = refusalOf(() => parseYaml(text, schema, 'f.yaml'));
    expect(message).toMatch(/^f\.yaml: [^\p{Cc}\p{Cf}\u2028\u2029]+$/u);
    expect(message.length).toBeLessThanOrEqual(400);
  });
  it.each(Object.entries(hostile))(
    '%s stays as it is when fields are to be set in it, or becomes a mapping with them',
    (_, text) => {
      expect(typeof withYamlFields(text, { fresh: true })).toBe('string');
    },
  );

  it.each([
    [
      'a: 1\nb: 2\na: 3',
      'f.yaml: not valid YAML: the key a stands twice in one mapping; remove one',
    ],
    [
      'a: { 1: x, "1": y }',
      'f.yaml: not valid YAML: the key 1 stands twice in one mapping; remove one',
    ],
    [
      '['.repeat(51),
      'f.yaml: not usable YAML: brackets nested deeper than 50 levels; expected a configuration as people write it',
    ],
    [
      '- '.repeat(52),
      'f.yaml: not usable YAML: blocks nested beyond column 100; expected a configuration as people write it',
    ],
    [
      laughs,
      'f.yaml: not usable YAML: Excessive alias count indicates a resource exhaustion attack',
    ],
  ])('says what there is too much of: %#', (text, message) =>
    expect(refusalOf(() => parseYaml(text, z.unknown(), 'f.yaml'))).toBe(message),
  );

  it('takes what people write', () => {
    const text =
      'base: &base { kernel: 3 }\nlist:\n- *base\n- *base\n<<: text\ntext: |\n  - - - [ [ [\n  # no comment\n"quoted: [": \'[[[\'\n';
    expect(parseYaml(text, z.unknown(), 'f.yaml')).toEqual({
      base: { kernel: 3 },
      list: [{ kernel: 3 }, { kernel: 3 }],
      '<<': 'text',
      text: '- - - [ [ [\n# no comment\n',
      'quoted: [': '[[[',
    });
    const nested = `${'['.repeat(40)}1${']'.repeat(40)}`;
    expect(JSON.stringify(parseYaml(nested, z.unknown(), 'f.yaml'))).toBe(nested);
    expect(
      Object.keys(
        parseYaml(
          lines(5_000, (index) => `key${index}: [1, 2]`),
          z.record(z.string(), z.unknown()),
          'f.yaml',
        ),
      ),
    ).toHaveLength(5_000);
  });

  it('is never answered with anything but data or one bounded line', () => {
    const part = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      '- ',
      '? ',
      ': ',
      ', ',
      'a',
      '"',
      "'",
      '\n',
      '\n  ',
      ' ',
      '&a ',
      '*a',
      '!t ',
      '|\n',
      '>\n',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '#',
      '\t',
      '<<',
      '\r',
      '\u0000',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 200 }), (parts) => {
        try {
          parseYaml(parts.join(''), z.unknown(), 'f.yaml');
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError);
          expect((error as Error).message).toMatch(/^f\.yaml: [^\p{Cc}\u2028\u2029]+$/u);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a refusal', () => {
  it('is one printable line of bounded length, whatever it quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), (text) => {
        const { message } = new BadInputError(`what: ${text}`);
        expect(message.length).toBeLessThanOrEqual(longestErrorLine);
        expect(message).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+$/u);
      }),
    );
  });
  it('keeps its beginning and its remedy', () => {
    const { message } = new BadInputError(`file.yaml: "${longWord}" is no number; give one`);
    expect(message).toMatch(/^file\.yaml: "x+…x+" is no number; give one$/);
  });
});

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof BadInputError) return error.message;
    throw error;
  }
  throw new Error('it was read');
}
