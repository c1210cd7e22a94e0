import { z } from 'zod';
import type { Result } from '../../common/result';
import type { BenchmarkUpdate as WireUpdate } from '../generated/farm/v1/BenchmarkUpdate';
import { readField } from './field';
import { optionalField, present } from './optional';
import { wordCodec } from './word';

const updateState = wordCodec(['queued', 'leased', 'measured', 'infeasible', 'abandoned']);

const updateSchema = z.object({
  target: z.string(),
  jobId: z.string(),
  state: updateState.field,
  deviceSerial: optionalField(z.string()),
  resultJson: optionalField(z.string()),
  detail: optionalField(z.string()),
});

/** A change of one job of a benchmark; null is what does not apply. proto/farm/v1/benchmark.proto says what each field means. */
export type BenchmarkChange = Readonly<z.infer<typeof updateSchema>>;

export function benchmarkToWire(change: BenchmarkChange): WireUpdate {
  return { ...present(change), state: updateState.toWire(change.state) };
}

/** The error names the field that is wrong. */
export function benchmarkFromWire(wire: unknown): Result<BenchmarkChange, string> {
  return readField(updateSchema, wire);
}
