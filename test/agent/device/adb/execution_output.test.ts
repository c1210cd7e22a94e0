import fc from 'fast-check';
import { ExecutionOutput, longestOutputBytes } from '../../../../agent/device/adb/execution_output';

const marker = '0123456789abcdef0123456789abcdee';
const printed = (stdout: string, stderr: string, code = 0): Buffer => Buffer.from(`123\n${stdout}${marker} ${code}\n${stderr}${marker}\n`);

describe('ExecutionOutput', () => {
  it('reads any output, however it is cut into chunks', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, fc.nat(255), fc.integer({ min: 1, max: 40 }), (stdout, stderr, exitCode, chunkBytes) => {
        const output = new ExecutionOutput(marker);
        const bytes = printed(stdout, stderr, exitCode);
        for (let start = 0; start < bytes.length; start += chunkBytes) output.append(bytes.subarray(start, start + chunkBytes));
        expect(output.pid).toBe(123);
        expect(output.finish()).toEqual({ exitCode, stdout, stderr });
      }),
    );
  });

  it('keeps exit code and error text of a tool that printed too much', () => {
    const output = new ExecutionOutput(marker);
    output.append(printed('x'.repeat(2 * longestOutputBytes), 'why', 9));
    expect(output.finish()).toEqual({ exitCode: 9, stdout: 'x'.repeat(longestOutputBytes), stderr: 'why' });
  });

  it('knows that the shell ended early', () => {
    const bytes = printed('out', 'err');
    for (let end = 0; end < bytes.length - marker.length - 1; end += 1) {
      const output = new ExecutionOutput(marker);
      output.append(bytes.subarray(0, end));
      expect(output.finish()).toBeNull();
    }
  });
});
