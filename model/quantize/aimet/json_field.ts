import { quoted } from './aimet_encoding';

/** A value of an untrusted JSON file with the place where it stands, for the error. */
export interface JsonField {
  readonly path: string;
  readonly value: unknown;
}

/** The path of the file itself; its members are named without it. */
export const wholeFile = 'the file';

/** What is wrong with the file; one line, for the user. Thrown by the reader of encodings and caught there. */
export class UnreadableEncodings extends Error {}

export function expected({ path, value }: JsonField, what: string): UnreadableEncodings {
  return new UnreadableEncodings(
    value === undefined
      ? `${path} is missing; expected ${what}`
      : `${path} is ${shown(value)}; expected ${what}`,
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' && value !== null
    ? 'an object'
    : typeof value === 'string'
      ? quoted(value)
      : String(value);
}

/** A member of an object; its value is undefined where it is missing. */
export function member(field: JsonField, name: string): JsonField {
  const { path, value } = field;
  if (!isObject(value)) throw expected(field, 'an object');
  return {
    path: path === wholeFile ? name : `${path}.${name}`,
    value: Object.hasOwn(value, name) ? value[name] : undefined,
  };
}

export function has(field: JsonField, name: string): boolean {
  return isObject(field.value) && Object.hasOwn(field.value, name);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an object, with their names. */
export function members(field: JsonField): readonly (readonly [string, JsonField])[] {
  if (!isObject(field.value)) throw expected(field, 'an object');
  return Object.entries(field.value).map(([name, value]) => [
    name,
    { path: `${field.path}[${quoted(name)}]`, value },
  ]);
}

export function elements(field: JsonField): readonly JsonField[] {
  if (!Array.isArray(field.value)) throw expected(field, 'a list');
  return field.value.map((value: unknown, index) => ({
    path: `${field.path}[${String(index)}]`,
    value,
  }));
}

export function text(field: JsonField): string {
  if (typeof field.value !== 'string') throw expected(field, 'a string');
  return field.value;
}

export function choice<Choice extends string>(
  field: JsonField,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((each) => each === field.value);
  if (found === undefined) throw expected(field, choices.join(' or '));
  return found;
}

export function flag(field: JsonField): boolean {
  if (typeof field.value !== 'boolean') throw expected(field, 'true or false');
  return field.value;
}

/** A whole number within bounds; AIMET writes some as -128.0. */
export function wholeNumber(field: JsonField, least: number, most: number): number {
  const { value } = field;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw expected(field, `a whole number from ${String(least)} to ${String(most)}`);
  // Never minus zero.
  return value + 0;
}

export function positiveNumber(field: JsonField): number {
  const { value } = field;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw expected(field, 'a positive number');
  return value;
}

export function finiteNumber(field: JsonField): number {
  const { value } = field;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw expected(field, 'a number');
  return value;
}
