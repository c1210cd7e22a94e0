import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readCsvFile } from '../../../cli/input/csv_file';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'csv-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function written(content: string | Uint8Array): string {
  const file = path.join(folder, 'table.csv');
  writeFileSync(file, content);
  return file;
}

describe('a CSV file', () => {
  const text = '\uFEFFa,b\r\n1,"x, y"\r\n\r\n3,\r\n';
  const lines = [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['1', 'x, y'] },
    { line: 4, cells: ['3', ''] },
  ];

  it('is split into lines, numbered as in the file, and cells', () => {
    expect(readCsvFile(written(text))).toEqual(lines);
  });

  it('is unpacked when it is gzipped, whatever its name', () => {
    expect(readCsvFile(written(gzipSync(text)))).toEqual(lines);
  });

  it('is refused when it is not there, a folder, damaged, not text, or not CSV', () => {
    expect(() => readCsvFile(path.join(folder, 'none.csv'))).toThrow('cannot be read (ENOENT)');
    expect(() => readCsvFile(folder)).toThrow('is no file');
    expect(() => readCsvFile(written(gzipSync(text).subarray(0, 20)))).toThrow('is damaged');
    expect(() => readCsvFile(written(Uint8Array.of(0x61, 0xff, 0x2c)))).toThrow('not a text file');
    expect(() => readCsvFile(written('a,b\n1,"2\n'))).toThrow('line 2: not CSV (Quote Not Closed');
  });

  it('is refused when it unpacks to more than any table', () => {
    const bomb = gzipSync(Buffer.alloc(257 * 1024 * 1024, 0x61), { level: 1 });
    expect(() => readCsvFile(written(bomb))).toThrow('holds more than 268435456 bytes');
  });

  it('is refused for a line without end', () => {
    expect(() => readCsvFile(written('a'.repeat(2 * 1024 * 1024)))).toThrow(
      'line 1: not CSV (Max Record Size',
    );
  });
});
