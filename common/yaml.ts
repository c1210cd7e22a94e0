import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { Document, isMap, isScalar, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { BadInputError } from './bad_input';
import { systemErrorCode } from './system_error';

/** Configuration is written by hand; anything above this is not a configuration file. */
const largestYamlBytes = 4 * 1024 * 1024;

/** Reads and validates a YAML file. @throws BadInputError that names the file, the field and what was expected. */
export function readYamlFile<Value>(path: string, schema: z.ZodType<Value>): Value {
  return parseYaml(readYamlText(path), schema, path);
}

/** Reads a YAML file that somebody else will validate. @throws BadInputError */
export function readYamlText(path: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw new BadInputError(`${path}: is a folder; give the path of a YAML file`);
    if (found.size > largestYamlBytes) throw new BadInputError(`${path}: larger than ${String(largestYamlBytes)} bytes; expected a YAML file`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(`${path}: cannot be read (${systemErrorCode(error)}); give the path of a YAML file`);
  }
  if (!isUtf8(bytes) || bytes.includes(0)) throw new BadInputError(`${path}: not a text file; expected YAML in UTF-8`);
  return bytes.toString('utf8');
}

/** Validates YAML text; `source` names it in the error. @throws BadInputError */
export function parseYaml<Value>(text: string, schema: z.ZodType<Value>, source: string): Value {
  const document = parseDocument(text, { prettyErrors: true });
  const syntaxError = document.errors[0];
  if (syntaxError !== undefined) throw new BadInputError(`${source}: not valid YAML: ${syntaxError.message.split('\n')[0] ?? ''}`);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new BadInputError(`${source}: not usable YAML: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(data ?? {}, { error: describeUnknownFields });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'top level' : `field ${issue.path.map(String).join('.')}`;
  throw new BadInputError(`${source}: ${field}: ${issue?.message.replace(/^Invalid input: /, '') ?? 'invalid'}`);
}

/** The text with more fields at its top level, or other values for them. Text that is no YAML mapping stays as it is, for its reader to refuse. */
export function withYamlFields(text: string, fields: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  for (const [field, value] of Object.entries(fields)) document.set(field, document.createNode(value));
  return document.toString();
}

/** Zod names the field that it does not know, but not those that it does. */
function describeUnknownFields(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const known = issue.inst instanceof z.ZodObject ? `; the fields here are ${Object.keys(issue.inst.shape).join(', ')}` : '';
  return `unknown field ${issue.keys.join(', ')}${known}`;
}

/** Lists of numbers (shapes) stay on one line. */
export function formatYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, { Seq: (_, list) => void (list.flow = list.items.every((item) => isScalar(item) && typeof item.value === 'number')) });
  return document.toString({ lineWidth: 160, flowCollectionPadding: false });
}
