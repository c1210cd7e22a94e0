import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../files/system_error';
import { parseYaml } from './yaml';
import { largestYamlBytes } from './yaml_limits';

/** Reads and validates a YAML file. @throws BadInputError that names the file, the field and what was expected. */
export function readYamlFile<Value>(path: string, schema: z.ZodType<Value>): Value {
  return parseYaml(readYamlText(path), schema, path);
}

/** A program's configuration; without a file, what its schema says of an empty one. @throws BadInputError */
export function readConfiguration<Value>(
  path: string | undefined,
  schema: z.ZodType<Value>,
): Value {
  return path === undefined ? parseYaml('', schema, 'defaults') : readYamlFile(path, schema);
}

/** Reads a YAML file that somebody else will validate. @throws BadInputError */
export function readYamlText(path: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(path);
    if (found.isDirectory())
      throw new BadInputError(`${path}: is a folder; give the path of a YAML file`);
    // Reading a pipe would wait for a writer, and a device may never end.
    if (!found.isFile())
      throw new BadInputError(`${path}: is no file; give the path of a YAML file`);
    if (found.size > largestYamlBytes)
      throw new BadInputError(
        `${path}: larger than ${String(largestYamlBytes)} bytes; expected a YAML file`,
      );
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(
      `${path}: cannot be read (${systemErrorCode(error)}); give the path of a YAML file`,
    );
  }
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new BadInputError(`${path}: not a text file; expected YAML in UTF-8`);
  return bytes.toString('utf8');
}
