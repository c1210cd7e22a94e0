import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import {
  npyElementBytes,
  npyHeadBytes,
  readNpyHeader,
  type NpyElementType,
} from '../../model/calibration/npy';
import { openArchive } from '../../model/calibration/npz';
import { openRegularFile } from '../../model/calibration/regular_file';
import { readRows } from './file_rows';

/** An array of numbers, read along its first dimension. */
export interface ArrayTable {
  /** Its file, and its name in an archive. */
  readonly shown: string;
  readonly shape: readonly number[];
  readonly elementType: NpyElementType;
  /** The bytes of a row, or of some one after the other. */
  rows(from: number, count?: number): Promise<Uint8Array>;
}

/** The arrays of a data set by their names, each opened when it is asked for. */
export interface ArrayTables {
  readonly names: ReadonlySet<string>;
  /** @throws BadInputError for what is no array */
  open(name: string): Promise<ArrayTable>;
}

const extension = '.npy';
export const arrayExtensions: ReadonlySet<string> = new Set([extension]);
const wanted = 'give an array that numpy.save has written';

/** Files of arrays in a folder, read where they lie. */
export function tablesOfFolder(folder: string, files: readonly string[]): ArrayTables {
  return {
    names: new Set(files.map((file) => file.slice(0, -extension.length))),
    open: (name) => openFile(path.join(folder, `${name}${extension}`)),
  };
}

/** An archive, of which what is asked for is kept unpacked. */
export async function tablesOfArchive(file: string): Promise<ArrayTables> {
  const archive = await openArchive(file);
  return {
    names: new Set(archive.names.map((name) => name.slice(0, -extension.length))),
    open: (name) => {
      const bytes = archive.bytesOf(`${name}${extension}`);
      const table = tableOf(`${file} (${name})`, bytes, bytes.length);
      const { offset, rowBytes } = table;
      return Promise.resolve({
        ...table,
        rows: (from, count = 1) =>
          Promise.resolve(
            bytes.subarray(offset + from * rowBytes, offset + (from + count) * rowBytes),
          ),
      });
    },
  };
}

async function openFile(file: string): Promise<ArrayTable> {
  const handle = await openRegularFile(file, wanted);
  try {
    const { size } = await handle.stat();
    const head = new Uint8Array(Math.min(size, npyHeadBytes));
    await handle.read(head, 0, head.length, 0);
    const table = tableOf(file, head, size);
    return { ...table, rows: (from, count) => readRows({ file, ...table }, from, count) };
  } finally {
    await handle.close();
  }
}

function tableOf(
  shown: string,
  head: Uint8Array,
  size: number,
): Omit<ArrayTable, 'rows'> & { readonly offset: number; readonly rowBytes: number } {
  const header = readNpyHeader(head, 'labels');
  if (!header.ok) throw new BadInputError(`${shown}: ${header.error}`);
  const { elementType, shape, dataOffset, dataBytes } = header.value;
  if (size - dataOffset !== dataBytes)
    throw new BadInputError(
      `${shown}: has ${size - dataOffset} bytes of values; its shape ${shape.join('x')} needs ${dataBytes}`,
    );
  const rowElements = shape.slice(1).reduce((product, dimension) => product * dimension, 1);
  return {
    shown,
    shape,
    elementType,
    offset: dataOffset,
    rowBytes: rowElements * npyElementBytes(elementType),
  };
}
