import type { z } from 'zod';

type NullKey<Fields, Key extends keyof Fields> = null extends Fields[Key] ? Key : never;

/** The same, but for fields that are null: protobuf knows only that there is none. */
type Present<Fields> = {
  [Key in keyof Fields as Exclude<Key, NullKey<Fields, Key>>]: Fields[Key];
} & { [Key in keyof Fields as NullKey<Fields, Key>]?: Exclude<Fields[Key], null> };

/** For a message's optional fields: null is left out. */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null),
  ) as Present<Fields>;
}

/** A proto3 `optional` field: null where it is absent. */
export function optionalField<Value>(field: z.ZodType<Value>): z.ZodType<Value | null> {
  return field.nullish().transform((value) => value ?? null);
}
