import fc from 'fast-check';
import {
  errorLines,
  lastCapture,
  toolLines,
  toolNumber,
} from '../../../../agent/runtimes/tool/tool_text';

describe('the lines of a tool', () => {
  it.each([
    ['05-30 15:16:44.857  3380  3380 I tflite  : Loaded model', 'Loaded model'],
    ['I tflite  : Loaded model', 'Loaded model'],
    ['INFO: Loaded model', 'Loaded model'],
    ['INFO: [compiler_plugin.cc:739] Loaded model', 'Loaded model'],
    ['I0000 00:00:1658183303.216899   82 a.cc:78] Loaded model', 'Loaded model'],
    ['\u001b[0;93mLoaded model\u001b[m', 'Loaded model'],
    ['ERROR: Failed', 'ERROR: Failed'],
    ['  padded  ', 'padded'],
  ])('%j is %j', (printed, line) => {
    expect(toolLines(printed)).toEqual([line]);
  });

  it('are told apart by any line end, and empty ones are dropped', () => {
    expect(toolLines('a\nb\r\nc\rd\n\n \n')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are bounded, whatever is printed: the last megabyte of short lines', () => {
    const many = `first\n${'x'.repeat(5_000)}\n`.repeat(500) + 'last';
    const lines = toolLines(many);
    expect(lines.at(-1)).toBe('last');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(2_000);
    expect(lines.length).toBeLessThan(1_000);
  });

  it('hold no control characters, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        for (const line of [...toolLines(text), ...errorLines(text)])
          expect(line).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

test.each([
  ['ERROR: no', 1],
  ['E tflite  : no', 1],
  ['E0000 00:00:1658183303.2  82 a.cc:78] no', 1],
  ['2026-01-02 03:04:05.678 [E:onnxruntime:, a.cc:1 f] no', 1],
  ['QnnDsp <E> no', 1],
  [' [ ERROR ] no', 1],
  ['INFO: an error would be printed', 0],
  ['W libc    : no', 0],
])('%j is marked as an error %i times', (text, times) => {
  expect(errorLines(text)).toHaveLength(times);
});

test('what is said last counts', () => {
  expect(lastCapture(['n=1', 'x', 'n=2'], /n=(\d)/)).toBe('2');
  expect(lastCapture(['x'], /n=(\d)/)).toBeUndefined();
});

describe('a number that C++ printed', () => {
  it('is read as it was printed', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.integer({ min: 1, max: 15 }),
        (value, digits) => {
          const text = value.toPrecision(digits);
          expect(toolNumber(text)).toBe(Number(text));
        },
      ),
    );
  });

  it.each(['', '-1', 'nan', 'inf', '1e999', '0x10', '1.2.3', ' 1', '1 ', '1e', '.5', undefined])(
    '%j is none',
    (text) => {
      expect(toolNumber(text)).toBeNull();
    },
  );
});
