import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';

/** Names of the largest open data sets take a tenth of it. */
const largestBytes = 16 * 1024 * 1024;

/** The names of a head's classes, from a list or from the lines of a text. @throws BadInputError when there are not as many as classes */
export function readLabels(
  given: readonly string[] | string,
  { file, classes }: { readonly file: string; readonly classes: number },
): readonly string[] {
  const labels =
    typeof given === 'string' ? linesOf(path.resolve(path.dirname(file), given)) : given;
  if (labels.length !== classes)
    throw new BadInputError(
      `${file}: field labels: ${labels.length} names for ${classes} classes; give one for each`,
    );
  return labels;
}

/** An empty last line is the end of the one before. */
function linesOf(file: string): readonly string[] {
  try {
    const found = statSync(file);
    if (!found.isFile() || found.size > largestBytes)
      throw new BadInputError(`${file}: is no text of names; give a file with one in each line`);
    return readFileSync(file, 'utf8')
      .replace(/\r?\n$/, '')
      .split(/\r?\n/);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(
      `${file}: cannot be read (${systemErrorCode(error)}); give a file with the name of a class in each line`,
    );
  }
}
