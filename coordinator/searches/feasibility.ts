import { BadInputError } from '../../common/bad_input';
import { genotypeAt, genotypeCount, restrictSpace, type SearchSpace } from '../search/space';
import type { Constraints, SearchSpec } from '../search/spec';
import type { SearchCatalog } from './search_catalog';

/** Larger spaces are not gone through: whether anything is left of them shows when the search finds nothing to propose. */
const largestCheckedSpace = 2 ** 20;

/** The architectures that keep every limit which shows without building them. */
export function admittedSpace(spec: SearchSpec, constraints: Constraints, catalog: SearchCatalog): SearchSpace {
  const { accuracyPercentMin, forbidden = [] } = constraints;
  const space = withoutForbidden(spec, forbidden, catalog);
  if (accuracyPercentMin === undefined) return space;
  const accuracyPercentOf = catalog.accuracyPercentOf(spec);
  return restrictSpace(space, (architecture) => accuracyPercentOf(architecture) >= accuracyPercentMin);
}

/**
 * Refuses limits that no network of the space can keep, before anything is built or measured. `source` names the specification.
 * @throws BadInputError with the limit and the nearest that is possible
 */
export function requirePossible(spec: SearchSpec, catalog: SearchCatalog, source: string): void {
  for (const { name, constraints } of spec.targets) {
    const problem = unknownOption(spec, constraints, catalog) ?? belowSmallest(spec, constraints, catalog) ?? nothingAdmitted(spec, constraints, catalog);
    if (problem !== undefined) throw new BadInputError(`${source}: constraints for ${name}: ${problem}`);
  }
}

function withoutForbidden(spec: SearchSpec, forbidden: readonly string[], catalog: SearchCatalog): SearchSpace {
  const space = catalog.space(spec);
  if (forbidden.length === 0) return space;
  const isForbidden = new Set(forbidden);
  return restrictSpace(space, (architecture) => !catalog.optionsOf(spec, architecture).some((option) => isForbidden.has(option)));
}

function unknownOption(spec: SearchSpec, { forbidden = [] }: Constraints, catalog: SearchCatalog): string | undefined {
  const options = catalog.options(spec);
  const unknown = forbidden.find((option) => !options.includes(option));
  return unknown === undefined ? undefined : `forbidden names ${unknown}, which ${spec.space} has not; its options are ${options.join(', ')}`;
}

function belowSmallest(spec: SearchSpec, constraints: Constraints, catalog: SearchCatalog): string | undefined {
  const { macsMax, parametersMax, modelBytesMax, peakActivationBytesMax } = constraints;
  if ([macsMax, parametersMax, modelBytesMax, peakActivationBytesMax].every((limit) => limit === undefined)) return undefined;
  const least = catalog.lowerBounds(spec);
  const limits = [
    ['macsMax', macsMax, least.macs],
    ['parametersMax', parametersMax, least.parameters],
    ['modelBytesMax', modelBytesMax, least.modelBytes],
    ['peakActivationBytesMax', peakActivationBytesMax, least.peakActivationBytes],
  ] as const;
  const broken = limits.find(([, limit, smallest]) => limit !== undefined && limit < smallest);
  return broken === undefined ? undefined : `${broken[0]} is ${broken[1] ?? 0}, and no network of ${spec.space} has less than ${broken[2]}; raise it`;
}

function nothingAdmitted(spec: SearchSpec, constraints: Constraints, catalog: SearchCatalog): string | undefined {
  const { accuracyPercentMin, forbidden = [] } = constraints;
  if ((accuracyPercentMin === undefined && forbidden.length === 0) || genotypeCount(catalog.space(spec)) > largestCheckedSpace) return undefined;
  const best = bestAccuracy(spec, withoutForbidden(spec, forbidden, catalog), catalog);
  if (best === undefined) return `forbidden leaves no network of ${spec.space}; allow more options`;
  return accuracyPercentMin === undefined || best >= accuracyPercentMin ? undefined : `accuracyPercentMin is ${accuracyPercentMin}, and the best that is allowed has ${best.toFixed(2)}; lower it`;
}

function bestAccuracy(spec: SearchSpec, space: SearchSpace, catalog: SearchCatalog): number | undefined {
  const accuracyPercentOf = catalog.accuracyPercentOf(spec);
  let best: number | undefined;
  for (let index = 0; index < genotypeCount(space); index += 1) {
    const architecture = space.architectureOf(genotypeAt(space, index));
    if (architecture !== undefined) best = Math.max(best ?? 0, accuracyPercentOf(architecture));
  }
  return best;
}
