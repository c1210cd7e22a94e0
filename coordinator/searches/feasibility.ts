import { BadInputError } from '../../common/bad_input';
import type { Target } from '../../common/target';
import { genotypeAt, genotypeCount, restrictSpace, type SearchSpace } from '../search/space';
import { fleetAimOf, type Constraints, type SearchSpec } from '../search/spec';
import type { SearchCatalog } from './search_catalog';

/** Larger spaces are not gone through: of their accuracies a bound is known. */
const largestCheckedSpace = 2 ** 20;
/** Of those of a space, in an error: enough to show how they are named. */
const mostShownOptions = 40;

/** The architectures that the targets' rules permit, and that keep every limit which shows without building them. */
export function admittedSpace(spec: SearchSpec, { targets, constraints }: { readonly targets: readonly Target[]; readonly constraints: Constraints }, catalog: SearchCatalog): SearchSpace {
  const { accuracyPercentMin, forbidden = [] } = constraints;
  const space = catalog.spaceWithin(spec, targets, forbidden);
  if (accuracyPercentMin === undefined) return space;
  const accuracyPercentOf = catalog.accuracyPercentOf(spec);
  return restrictSpace(space, (architecture) => accuracyPercentOf(architecture) >= accuracyPercentMin);
}

/**
 * Refuses limits that no network of the space can keep, before anything is built or measured. `source` names the specification.
 * @throws BadInputError with the limit and the nearest that is possible
 */
export function requirePossible(spec: SearchSpec, catalog: SearchCatalog, source: string): void {
  const problem = catalog.problemOf(spec);
  if (problem !== undefined) throw new BadInputError(`${source}: ${problem}`);
  requireRunnable(spec, catalog, source);
  for (const { name, target, constraints } of spec.targets) {
    const broken = unknownOption(spec, constraints, catalog) ?? belowSmallest(spec, constraints, catalog) ?? nothingAdmitted(spec, { target, constraints }, catalog);
    if (broken !== undefined) throw new BadInputError(`${source}: constraints for ${name}: ${broken}`);
  }
}

/** Rules of the space can forbid all of it on a target; of a front over several targets, on all of them together. */
function requireRunnable(spec: SearchSpec, catalog: SearchCatalog, source: string): void {
  const groups = fleetAimOf(spec) === undefined ? spec.targets.map((target) => [target]) : [spec.targets];
  for (const group of groups) {
    if (isEmpty(spec, group.map(({ target }) => target), { forbidden: [], catalog })) throw new BadInputError(`${source}: field space: the rules of ${spec.space} leave no network that can run on ${group.map(({ name }) => name).join(' and ')}; choose another space or target`);
  }
}

function isEmpty(spec: SearchSpec, targets: readonly Target[], { forbidden, catalog }: { readonly forbidden: readonly string[]; readonly catalog: SearchCatalog }): boolean {
  try {
    catalog.spaceWithin(spec, targets, forbidden);
    return false;
  } catch (error) {
    if (error instanceof BadInputError) return true;
    throw error;
  }
}

function unknownOption(spec: SearchSpec, { forbidden = [] }: Constraints, catalog: SearchCatalog): string | undefined {
  const options = catalog.options(spec);
  const unknown = forbidden.find((option) => !options.includes(option));
  return unknown === undefined ? undefined : `forbidden names ${unknown}, which ${spec.space} has not; its options are ${options.slice(0, mostShownOptions).join(', ')}${options.length > mostShownOptions ? ' …' : ''}`;
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

function nothingAdmitted(spec: SearchSpec, { target, constraints }: { readonly target: Target; readonly constraints: Constraints }, catalog: SearchCatalog): string | undefined {
  const { accuracyPercentMin, forbidden = [] } = constraints;
  if (accuracyPercentMin === undefined && forbidden.length === 0) return undefined;
  const none = `forbidden leaves no network of ${spec.space}; allow more options`;
  if (isEmpty(spec, [target], { forbidden, catalog })) return none;
  const isLarge = genotypeCount(catalog.space(spec)) > largestCheckedSpace;
  const best = isLarge ? catalog.mostAccuracyPercent(spec, forbidden) : bestAccuracy(spec, catalog.spaceWithin(spec, [target], forbidden), catalog);
  if (best === undefined) return none;
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
