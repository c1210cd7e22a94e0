import { BadInputError } from '../../common/bad_input';
import {
  recordingOfChoices,
  recordingOfSpace,
  type Recording,
} from '../../search/simulate/recording';
import type { RecordedTable } from '../../search/simulate/table';
import { architectureNames } from '../../model/space/architecture_names';
import { isHashName } from '../../model/space/hash_name';
import { loadSpace } from '../../model/space/load_space';

/** A table as searches see it: with a space of ours its architectures and their cost, without one its own columns. @throws BadInputError */
export function recordingOf(table: RecordedTable, space: string | undefined): Recording {
  return space === undefined
    ? recordingOfChoices(table)
    : recordingOfSpace(withArchitectures(table, space), loadSpace(space));
}

/** Rows may name their networks by hash. */
function withArchitectures(table: RecordedTable, space: string): RecordedTable {
  if (!table.rows.some(({ architecture }) => isHashName(architecture))) return table;
  const named = architectureNames(loadSpace(space));
  const rows = table.rows.map((row) => {
    try {
      return { ...row, architecture: named(row.architecture) };
    } catch (error) {
      throw error instanceof BadInputError
        ? new BadInputError(`${table.source}: line ${row.line}: ${error.message}`)
        : error;
    }
  });
  return { ...table, rows };
}
