import { createNasBench201Space } from '../../coordinator/search/nasbench201_space';
import type { SearchSpace } from '../../coordinator/search/space';
import { recordingOfChoices, recordingOfSpace, type Recording } from '../../coordinator/search/simulate/recording';
import type { MeasurementTable } from '../../coordinator/search/simulate/table';
import { loadSpace } from '../../model/space/load_space';

/** A table as searches see it: with a space of ours its architectures and their cost, without one its own columns. @throws BadInputError */
export function recordingOf(table: MeasurementTable, space: string | undefined): Recording {
  return space === undefined ? recordingOfChoices(table) : recordingOfSpace(table, searchSpaceOf(space));
}

function searchSpaceOf(nameOrPath: string): SearchSpace {
  if (nameOrPath === 'nasbench201') return createNasBench201Space();
  const space = loadSpace(nameOrPath);
  return {
    name: space.name,
    choices: space.choices,
    architectureOf: space.architectureOf,
    genotypeOf: space.genotypeOf,
    featuresOf: (architecture) => {
      const { macs, parameters, weightBytes, peakActivationBytes, operators } = space.costOf(architecture);
      return Float64Array.of(macs, parameters, weightBytes, peakActivationBytes, operators);
    },
  };
}
