import { BadInputError } from '../../common/bad_input';
import type { Target } from '../../common/target';
import { isEmptySpace } from '../../model/space/genotype';
import { spaceNameOf } from '../../model/space/space_reference';
import type { CostBounds, Space } from '../../model/space/space';
import { trainedSpace } from '../../search/accuracy/block_accuracy';
import {
  atLeastAsAccurate,
  boundsAtLeastAsAccurate,
  mostAccurate,
} from '../../search/accuracy/accuracy_limits';
import { fleetAimOf, type Constraints, type SearchSpec } from '../../search/spec/search_spec';
import type { SearchCatalog } from './search_catalog';

/** Of the options of a space, in an error: enough to show how they are named. */
const mostShownOptions = 40;

/** What must hold of one network: on one target, or on all of a search that looks for one front over them. */
interface Scope {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly constraints: Constraints;
}

/** The architectures that the targets' rules permit, and that keep every limit which shows without building them. */
export function admittedSpace(
  spec: SearchSpec,
  { targets, constraints }: Omit<Scope, 'name'>,
  catalog: SearchCatalog,
): Space {
  const { accuracyPercentMin, forbidden = [] } = constraints;
  const permitted = trainedOf(spec, catalog.space(spec).within({ targets, forbidden }), catalog);
  return accuracyPercentMin === undefined
    ? permitted
    : atLeastAsAccurate(permitted, catalog.accuracy(spec), accuracyPercentMin);
}

/** A predictor knows only what its library has. */
function trainedOf(spec: SearchSpec, permitted: Space, catalog: SearchCatalog): Space {
  const { accuracy } = spec;
  return accuracy?.kind === 'predictor' && accuracy.document !== undefined
    ? trainedSpace(permitted, catalog.space(spec), accuracy.document)
    : permitted;
}

/** What a network must keep to be on the front over all targets: of each limit the strictest. */
export function constraintsOfAll({ targets }: Pick<SearchSpec, 'targets'>): Constraints {
  const strictest = (
    limit: Exclude<keyof Constraints, 'forbidden'>,
    choose: (...values: readonly number[]) => number,
  ): Partial<Constraints> => {
    const values = targets
      .map(({ constraints }) => constraints[limit])
      .filter((each) => each !== undefined);
    return values.length === 0 ? {} : { [limit]: choose(...values) };
  };
  return {
    forbidden: targets.flatMap(({ constraints }) => constraints.forbidden ?? []),
    ...strictest('accuracyPercentMin', Math.max),
    ...strictest('macsMax', Math.min),
    ...strictest('parametersMax', Math.min),
    ...strictest('modelBytesMax', Math.min),
    ...strictest('peakActivationBytesMax', Math.min),
  };
}

/**
 * Refuses limits that no network of the space can keep, before anything is built or measured. `source` names the specification.
 * @throws BadInputError with the limit and the nearest that is possible
 */
export function requirePossible(spec: SearchSpec, catalog: SearchCatalog, source: string): void {
  const problem = catalog.problemOf(spec);
  if (problem !== undefined) throw new BadInputError(`${source}: ${problem}`);
  for (const scope of scopesOf(spec)) {
    requireRunnable(spec, scope, { catalog, source });
    const broken =
      unknownOption(spec, scope.constraints, catalog) ??
      belowSmallest(spec, scope, catalog) ??
      nothingAdmitted(spec, scope, catalog) ??
      tooAccurateForItsSize(spec, scope, catalog);
    if (broken !== undefined)
      throw new BadInputError(`${source}: constraints for ${scope.name}: ${broken}`);
  }
}

/** Each target by itself and, where one front is over several, all of them together. */
function scopesOf(spec: SearchSpec): readonly Scope[] {
  const each = spec.targets.map(({ name, target, constraints }): Scope => ({
    name,
    targets: [target],
    constraints,
  }));
  if (fleetAimOf(spec) === undefined) return each;
  return [
    ...each,
    {
      name: each.map(({ name }) => name).join(' and '),
      targets: spec.targets.map(({ target }) => target),
      constraints: constraintsOfAll(spec),
    },
  ];
}

/** Rules of the space can forbid all of it on a target; of a front over several targets, on all of them together. */
function requireRunnable(
  spec: SearchSpec,
  { name, targets }: Scope,
  { catalog, source }: { readonly catalog: SearchCatalog; readonly source: string },
): void {
  if (isEmpty(spec, targets, { forbidden: [], catalog }))
    throw new BadInputError(
      `${source}: field space: the rules of ${spaceNameOf(spec.space)} leave no network that can run on ${name}; choose another space or target`,
    );
}

function isEmpty(
  spec: SearchSpec,
  targets: readonly Target[],
  {
    forbidden,
    catalog,
  }: { readonly forbidden: readonly string[]; readonly catalog: SearchCatalog },
): boolean {
  try {
    return isEmptySpace(catalog.space(spec).within({ targets, forbidden }));
  } catch (error) {
    if (error instanceof BadInputError) return true;
    throw error;
  }
}

function unknownOption(
  spec: SearchSpec,
  { forbidden = [] }: Constraints,
  catalog: SearchCatalog,
): string | undefined {
  const options = catalog.space(spec).forbiddable;
  const unknown = forbidden.find((option) => !options.includes(option));
  return unknown === undefined
    ? undefined
    : `forbidden names ${unknown}, which ${spaceNameOf(spec.space)} has not; its options are ${options.slice(0, mostShownOptions).join(', ')}${options.length > mostShownOptions ? ' …' : ''}`;
}

const sizeLimits = [
  ['macsMax', 'macs'],
  ['parametersMax', 'parameters'],
  ['modelBytesMax', 'modelBytes'],
  ['peakActivationBytesMax', 'peakActivationBytes'],
] as const;

/** The first limit that is below the bound on it. */
function brokenLimit(
  constraints: Constraints,
  bounds: () => CostBounds,
): { readonly limit: string; readonly asked: number; readonly least: number } | undefined {
  if (sizeLimits.every(([limit]) => constraints[limit] === undefined)) return undefined;
  const least = bounds();
  return sizeLimits
    .map(([limit, cost]) => ({ limit, asked: constraints[limit] ?? Infinity, least: least[cost] }))
    .find(({ asked, least: smallest }) => asked < smallest);
}

function belowSmallest(
  spec: SearchSpec,
  { targets, constraints }: Scope,
  catalog: SearchCatalog,
): string | undefined {
  const { forbidden = [] } = constraints;
  if (isEmpty(spec, targets, { forbidden, catalog }))
    return `forbidden leaves no network of ${spaceNameOf(spec.space)}; allow more options`;
  const broken = brokenLimit(constraints, () =>
    catalog.space(spec).within({ targets, forbidden }).costBounds(),
  );
  return (
    broken &&
    `${broken.limit} is ${broken.asked}, and no network of ${spaceNameOf(spec.space)}${forbidden.length === 0 ? '' : ' that is allowed'} has less than ${broken.least}; raise it`
  );
}

function nothingAdmitted(
  spec: SearchSpec,
  { targets, constraints }: Scope,
  catalog: SearchCatalog,
): string | undefined {
  const { accuracyPercentMin, forbidden = [] } = constraints;
  const best =
    accuracyPercentMin === undefined
      ? undefined
      : mostAccurate(catalog.space(spec).within({ targets, forbidden }), catalog.accuracy(spec))
          ?.accuracyPercent;
  return accuracyPercentMin === undefined || best === undefined || best >= accuracyPercentMin
    ? undefined
    : `accuracyPercentMin is ${accuracyPercentMin}, and the best that is allowed has ${shownPercent(best)}; lower it`;
}

/** Each limit can be kept by itself, but not together with the accuracy. */
function tooAccurateForItsSize(
  spec: SearchSpec,
  { targets, constraints }: Scope,
  catalog: SearchCatalog,
): string | undefined {
  const { accuracyPercentMin, forbidden = [] } = constraints;
  if (accuracyPercentMin === undefined) return undefined;
  const broken = brokenLimit(constraints, () =>
    boundsAtLeastAsAccurate(
      catalog.space(spec).within({ targets, forbidden }),
      catalog.accuracy(spec),
      accuracyPercentMin,
    ),
  );
  return (
    broken &&
    `${broken.limit} is ${broken.asked}, and no network with the accuracyPercentMin of ${accuracyPercentMin} has less than ${broken.least}; raise the one or lower the other`
  );
}

/** Rounded down, so that what is shown can be asked for. */
function shownPercent(percent: number): string {
  return (Math.floor(1_000 * percent + 1e-6) / 1_000).toFixed(3);
}
