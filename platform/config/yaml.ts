import { Document, isMap, isScalar, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { BadInputError } from '../../common/bad_input';
import { oneLine, shown } from '../../common/one_line';
import { excessOf, isModest, repeatedKeyOf } from './yaml_limits';

/** It quotes what it stumbled over. */
const longestParserMessage = 200;

/** The parser's own look for repeated keys compares each with all before it, and its warnings would go to the console. */
const quietly = { uniqueKeys: false, logLevel: 'error' } as const;

/**
 * Validates YAML text; `source` names it in the error. Takes tens of milliseconds per 10,000 lines, so that a program
 * which must stay responsive gives text from outside to another thread. @throws BadInputError
 */
export function parseYaml<Value>(text: string, schema: z.ZodType<Value>, source: string): Value {
  const parsed = schema.safeParse(readYaml(text, source) ?? {}, { error: describeUnknownFields });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field =
    issue === undefined || issue.path.length === 0
      ? 'top level'
      : `field ${shown(issue.path.map(String).join('.'))}`;
  throw new BadInputError(
    `${source}: ${field}: ${issue?.message.replace(/^Invalid input: /, '') ?? 'invalid'}`,
  );
}

/** The plain data in the text. Bounded in time and memory, whatever the text. */
function readYaml(text: string, source: string): unknown {
  const excess = excessOf(text);
  if (excess !== undefined)
    throw new BadInputError(
      `${source}: not usable YAML: ${excess}; expected a configuration as people write it`,
    );
  const document = parseDocument(text, { prettyErrors: true, ...quietly });
  const syntaxError = document.errors[0];
  if (syntaxError !== undefined)
    throw new BadInputError(`${source}: not valid YAML: ${shownError(syntaxError.message)}`);
  const repeated = repeatedKeyOf(document);
  if (repeated !== undefined)
    throw new BadInputError(
      `${source}: not valid YAML: the key ${shown(repeated)} stands twice in one mapping; remove one`,
    );
  return plainData(document, source);
}

function plainData(document: Document.Parsed, source: string): unknown {
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new BadInputError(`${source}: not usable YAML: ${shownError((error as Error).message)}`);
  }
  if (!isModest(data))
    throw new BadInputError(
      `${source}: not usable YAML: too many values, or too deep, once its aliases are replaced by what they stand for; write them out`,
    );
  return data;
}

/** The parser's message without the lines that show the place; that place is at its end. */
function shownError(message: string): string {
  return oneLine(message.split('\n', 1)[0] ?? '', longestParserMessage);
}

/** The text with more fields at its top level, or other values for them. Text that is no YAML mapping stays as it is, for its reader to refuse. */
export function withYamlFields(text: string, fields: Readonly<Record<string, unknown>>): string {
  if (excessOf(text) !== undefined) return text;
  const document = parseDocument(text, quietly);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  for (const [field, value] of Object.entries(fields))
    document.set(field, document.createNode(value));
  try {
    return document.toString();
  } catch {
    // An alias of nothing is found only here.
    return text;
  }
}

/** Zod names the field that it does not know, but not those that it does. */
function describeUnknownFields(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const known =
    issue.inst instanceof z.ZodObject
      ? `; the fields here are ${Object.keys(issue.inst.shape).join(', ')}`
      : '';
  return `unknown field ${shown(issue.keys.join(', '))}${known}`;
}

/** Lists of numbers (shapes) stay on one line. */
export function formatYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Seq: (_, list) =>
      void (list.flow = list.items.every(
        (item) => isScalar(item) && typeof item.value === 'number',
      )),
  });
  return document.toString({ lineWidth: 160, flowCollectionPadding: false });
}
