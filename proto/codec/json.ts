import type { z } from 'zod';
import { fail, type Result } from '../../common/result';
import { readField } from './field';

/** UTF-8 bytes of the value as JSON. */
export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/** Reads JSON from outside: bounded before it is parsed, validated after. Never throws. */
export function decodeJson<Value>(
  bytes: Uint8Array,
  schema: z.ZodType<Value>,
  largestBytes: number,
): Result<Value, string> {
  if (bytes.byteLength > largestBytes)
    return fail(`${String(bytes.byteLength)} bytes; at most ${String(largestBytes)} are accepted`);
  let input: unknown;
  try {
    input = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    );
  } catch {
    return fail('is not JSON');
  }
  return readField(schema, input);
}
