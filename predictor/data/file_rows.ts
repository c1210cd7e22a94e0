import { open } from 'node:fs/promises';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';

/** Pieces of equal length in a file, one after the other. */
interface FileRows {
  readonly file: string;
  readonly offset: number;
  readonly rowBytes: number;
}

/** Some of them, one after the other. @throws BadInputError when the file is not there any more, or has become shorter */
export async function readRows(
  { file, offset, rowBytes }: FileRows,
  from: number,
  count = 1,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(count * rowBytes);
  try {
    const handle = await open(file, 'r');
    try {
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset + from * rowBytes);
      if (bytesRead !== bytes.length)
        throw new BadInputError(`${file}: became shorter while it was read; run again`);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(`${file}: cannot be read (${systemErrorCode(error)}); mend it`);
  }
  return bytes;
}
