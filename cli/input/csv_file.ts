import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CsvError, parse } from 'csv-parse/sync';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';
import type { CsvRecord } from '../../search/simulate/table';

/** A hundred times the published table of NAS-Bench-201; what is larger is no table of measurements. */
const largestBytes = 256 * 1024 * 1024;
const mostLines = 1_000_000;
const largestLineCharacters = 1024 * 1024;

/** Reads a CSV file, gzipped or not, with commas and optional double quotes; empty lines are left out. @throws BadInputError */
export function readCsvFile(path: string): readonly CsvRecord[] {
  const bytes = unpacked(readBytes(path), path);
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new BadInputError(`${path}: not a text file; expected CSV in UTF-8, gzipped or not`);
  const lines = split(bytes, path);
  if (lines.length > mostLines)
    throw new BadInputError(`${path}: more than ${mostLines} lines; give a smaller table`);
  return lines;
}

function readBytes(path: string): Buffer {
  try {
    const found = statSync(path);
    if (!found.isFile())
      throw new BadInputError(`${path}: is no file; give the path of a CSV file`);
    if (found.size > largestBytes)
      throw new BadInputError(`${path}: larger than ${largestBytes} bytes; give a smaller table`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(
      `${path}: cannot be read (${systemErrorCode(error)}); give the path of a CSV file`,
    );
  }
}

function unpacked(bytes: Buffer, path: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largestBytes });
  } catch (error) {
    const reason =
      systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE'
        ? `holds more than ${largestBytes} bytes; give a smaller table`
        : 'is damaged: it does not unpack as gzip; write it anew';
    throw new BadInputError(`${path}: ${reason}`);
  }
}

function split(bytes: Buffer, path: string): CsvRecord[] {
  const lines: CsvRecord[] = [];
  try {
    parse(bytes, {
      bom: true,
      relaxColumnCount: true,
      skipEmptyLines: true,
      maxRecordSize: largestLineCharacters,
      to: mostLines + 1,
      onRecord: (cells: string[], { lines: line }) => void lines.push({ line, cells }),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new BadInputError(
      `${path}: line ${String(error['lines'])}: not CSV (${error.message.split('\n')[0] ?? ''}); expected commas between cells`,
    );
  }
  return lines;
}
