import type { z } from 'zod';
import { assert } from '../../../common/assert';
import { readField } from '../../../proto/codec/field';

/** What the ledger itself wrote; anything else there is damage that must not be computed with. */
export function readDocument<Value>(schema: z.ZodType<Value>, text: string, what: string): Value {
  const document = readField(schema, JSON.parse(text));
  assert(
    document.ok,
    `the ledger's ${what} is readable${document.ok ? '' : ` (${document.error})`}`,
  );
  return document.value;
}
