/** The value of a record's own key: a record also answers to `__proto__`, `constructor` and more, which it inherits. */
export function ownValue<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
