import { passOnProblems } from '../../../../../agent/runtimes/host/program/litert';

function shown(...lines: readonly string[]): string {
  const written: string[] = [];
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  lines.forEach(passOnProblems);
  write.mockRestore();
  return written.join('');
}

describe('what LiteRT says while it loads a model', () => {
  test('is kept back where it is only information', () => {
    expect(shown('INFO: Created TensorFlow Lite XNNPACK delegate for CPU.')).toBe('');
    expect(shown('VERBOSE: Replacing 12 out of 12 node(s)')).toBe('');
  });

  test('is passed on where something is wrong, a line each', () => {
    expect(
      shown(
        'ERROR: Node number 3 (CONV_2D) failed to prepare.',
        'WARNING: Attempting to use a delegate that only supports static-sized tensors',
        'INFORMATION: not a level',
      ),
    ).toBe(
      'ERROR: Node number 3 (CONV_2D) failed to prepare.\n' +
        'WARNING: Attempting to use a delegate that only supports static-sized tensors\n' +
        'INFORMATION: not a level\n',
    );
  });
});
