import fc from 'fast-check';
import { ExecutionOutput, longestOutputBytes } from '../../../../agent/device/adb/execution_output';

const marker = '0123456789abcdef0123456789abcdee';

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** Null for a file that is not there. */
  readonly file: Buffer | null;
}

function printed({ stdout, stderr, exitCode, file }: Printed): Buffer {
  return Buffer.concat([
    Buffer.from(`123\n${stdout}${marker} ${exitCode}\n${stderr}${marker} 0\n`),
    file ?? Buffer.alloc(0),
    Buffer.from(`${marker} ${file === null ? 1 : 0}\n`),
  ]);
}

describe('ExecutionOutput', () => {
  it('reads any output and any file, however it is cut into chunks', () => {
    const text = fc.string({ unit: 'grapheme' });
    const output = fc.record({
      stdout: text,
      stderr: text,
      exitCode: fc.nat(255),
      file: fc.option(fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes))),
    });
    fc.assert(
      fc.property(
        output,
        fc.integer({ min: 1, max: 40 }),
        ({ stdout, stderr, exitCode, file }, chunkBytes) => {
          const reader = new ExecutionOutput(marker, 100);
          const bytes = printed({ stdout, stderr, exitCode, file });
          for (let start = 0; start < bytes.length; start += chunkBytes)
            reader.append(bytes.subarray(start, start + chunkBytes));
          expect(reader.pid).toBe(123);
          expect(reader.finish()).toEqual({ exitCode, stdout, stderr, fileRead: file });
        },
      ),
    );
  });

  it('keeps exit code, error text and file of a tool that printed too much', () => {
    const reader = new ExecutionOutput(marker, 200_000);
    const file = Buffer.alloc(200_000, 'f');
    reader.append(
      printed({ stdout: 'x'.repeat(2 * longestOutputBytes), stderr: 'why', exitCode: 9, file }),
    );
    expect(reader.finish()).toEqual({
      exitCode: 9,
      stdout: 'x'.repeat(longestOutputBytes),
      stderr: 'why',
      fileRead: file,
    });
  });

  it('gives no file that is longer than asked for', () => {
    const reader = new ExecutionOutput(marker, 4);
    reader.append(printed({ stdout: '', stderr: '', exitCode: 0, file: Buffer.from('12345') }));
    expect(reader.finish()).toMatchObject({ exitCode: 0, fileRead: null });
  });

  it('knows that the shell ended early', () => {
    const bytes = printed({ stdout: 'out', stderr: 'err', exitCode: 0, file: Buffer.from('row') });
    for (let end = 0; end < bytes.length; end += 1) {
      const reader = new ExecutionOutput(marker, 100);
      reader.append(bytes.subarray(0, end));
      expect(reader.finish()).toBeNull();
    }
  });
});
