import { createNasBench201Space } from '../../coordinator/search/nasbench201_space';
import type { SearchSpace } from '../../coordinator/search/space';
import { searchSpaceOf } from '../../coordinator/search/space_adapter';
import { recordingOfChoices, recordingOfSpace, type Recording } from '../../coordinator/search/simulate/recording';
import type { MeasurementTable } from '../../coordinator/search/simulate/table';
import { loadSpace } from '../../model/space/load_space';

/** A table as searches see it: with a space of ours its architectures and their cost, without one its own columns. @throws BadInputError */
export function recordingOf(table: MeasurementTable, space: string | undefined): Recording {
  return space === undefined ? recordingOfChoices(table) : recordingOfSpace(table, spaceNamed(space));
}

function spaceNamed(nameOrPath: string): SearchSpace {
  return nameOrPath === 'nasbench201' ? createNasBench201Space() : searchSpaceOf(loadSpace(nameOrPath));
}
