import { readFileSync, statSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { BadInputError } from './bad_input';

/** Configuration is written by hand; anything above this is not a configuration file. */
const largestYamlBytes = 4 * 1024 * 1024;

/** Reads and validates a YAML file. @throws BadInputError that names the file, the field and what was expected. */
export function readYamlFile<Value>(path: string, schema: z.ZodType<Value>): Value {
  let text: string;
  try {
    if (statSync(path).size > largestYamlBytes) throw new BadInputError(`${path}: larger than ${String(largestYamlBytes)} bytes; expected a YAML file`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}); give the path of a YAML file`);
  }
  return parseYaml(text, schema, path);
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
  const parsed = schema.safeParse(data ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'top level' : `field ${issue.path.map(String).join('.')}`;
  throw new BadInputError(`${source}: ${field}: ${issue?.message ?? 'invalid'}`);
}
