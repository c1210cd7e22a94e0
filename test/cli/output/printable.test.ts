import fc from 'fast-check';
import { printable, printableJson, printableLine } from '../../../cli/output/printable';
import { formatTable } from '../../../cli/output/table';

const hostile = 'Pixel\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egnp.exe\u2066\u2028\u0085\ud800';
const obeyed = /[^\P{Cc}\n]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u;

test('a model name with terminal codes shows its letters only', () => {
  expect(printable(hostile)).toBe(
    'Pixel\uFFFD[2J\uFFFD]0;owned\uFFFD\uFFFD31m\uFFFDgnp.exe\uFFFD\uFFFD\uFFFD\uFFFD',
  );
});

test('names in other scripts, emoji and our own lines stay', () => {
  const text = 'Xiaomi 小米 14\nטלפון 📱 °C ±\n';
  expect(printable(text)).toBe(text);
  expect(printable('a,b\r\n1,2\r\n')).toBe('a,b\r\n1,2\r\n');
  expect(printable('one\rtwo')).toBe('one\uFFFDtwo');
});

test('a name makes no row of its own in a table', () => {
  expect(formatTable(['MODEL', 'STATE'], [['a\nb\rc\td', 'idle']]).split('\n')).toEqual([
    'MODEL    STATE',
    'a\uFFFDb\uFFFDc\uFFFDd  idle',
  ]);
});

test('no text brings a command through, in whatever form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text).replaceAll('\r\n', '\n')).not.toMatch(obeyed);
      expect(printableLine(text)).not.toMatch(/[\n]/);
      expect(printableJson({ text }).replaceAll('\r\n', '\n')).not.toMatch(obeyed);
    }),
  );
});

test('JSON keeps every value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(printableJson({ [text]: [text] }))).toEqual(
        JSON.parse(JSON.stringify({ [text]: [text] })),
      );
    }),
  );
});
