import { BadInputError } from '../../common/bad_input';
import { findProgram } from '../../platform/files/program_path';

/** Debian's packages have the programs' names. @throws BadInputError for one that is not installed */
export function requirePrograms(programs: readonly string[]): void {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0)
    throw new BadInputError(
      `${missing.join(' and ')} cannot be found in PATH; install with: sudo apt-get install ${missing.join(' ')}`,
    );
}
