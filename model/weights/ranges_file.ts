import { fail, ok, type Result } from '../../common/result';
import type { Range } from '../quantize/encoding/encoding';
import { readWeights, writeWeights } from './weights_file';

/** Ranges of activations by tensor name, as an .npz archive: of each the least and the greatest value. Equal ranges give equal bytes. */
export function writeRanges(ranges: ReadonlyMap<string, Range>): Uint8Array {
  return writeWeights(
    new Map(
      [...ranges].map(([name, { min, max }]) => [
        name,
        { data: Float32Array.of(min, max), shape: [2] },
      ]),
    ),
  );
}

/** The error is half a line, without the file's name. */
export function readRanges(archive: Uint8Array): Result<ReadonlyMap<string, Range>, string> {
  const read = readWeights(archive);
  if (!read.ok) return read;
  const ranges = new Map<string, Range>();
  for (const [name, { data }] of read.value) {
    const [min = Number.NaN, max = Number.NaN] = data;
    if (!(data.length === 2 && min <= max))
      return fail(`has an entry ${name.slice(0, 80)} that is no range`);
    ranges.set(name, { min, max });
  }
  return ok(ranges);
}
