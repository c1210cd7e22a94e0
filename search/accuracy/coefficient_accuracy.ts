import { ownValue } from '../../common/own_value';
import type { NetworkSpace } from '../../model/space/network_space';
import type { Genotype, Position, Value } from '../../model/space/space';
import type { AccuracySource } from './accuracy_source';
import {
  additiveRange,
  contributionsProblem,
  createAdditiveAccuracy,
  type AdditiveAccuracy,
} from './additive_accuracy';
import { createPredictedAccuracy } from './predicted_accuracy';

/** What is added where all of these choices, by position, stand in a network together. */
interface JointContribution {
  readonly where: Readonly<Record<string, Value>>;
  readonly adds: number;
}

/** A linear predictor of somebody's own: all in percent. */
export interface CoefficientAccuracy extends AdditiveAccuracy {
  /** Terms of second order. */
  readonly together: readonly JointContribution[];
  /** For each tenfold of the network's multiply-accumulates. */
  readonly logMacs: number;
  /** Of its errors, as its maker has measured them on networks that it was not fitted to. */
  readonly standardDeviation: number;
}

/** What of a space the source speaks of. */
type PredictedSpace = Pick<NetworkSpace, 'genotypeOf' | 'positions' | 'costOf'>;

/** A source without problems, for the space. */
export function createCoefficientAccuracy(
  coefficients: CoefficientAccuracy,
  space: PredictedSpace,
): AccuracySource {
  const { together, logMacs, standardDeviation } = coefficients;
  const additive = createAdditiveAccuracy(coefficients, space);
  const joint = together.map((term) => jointTerm(term, space.positions));
  const percentOf = (architecture: string): number => {
    const genotype = space.genotypeOf(architecture);
    const macs = logMacs === 0 ? 1 : Math.max(1, space.costOf(architecture).macs);
    return joint.reduce(
      (sum, addedTo) => sum + addedTo(genotype),
      additive.accuracyOf(architecture).percent + logMacs * Math.log10(macs),
    );
  };
  return createPredictedAccuracy({
    version: 1,
    statement: `predicted from the specification's coefficients, ± ${standardDeviation.toFixed(2)} % (one standard deviation)`,
    accuracyOf: (architecture) => ({
      percent: percentOf(architecture),
      standardDeviationPercent: standardDeviation,
    }),
    ...(isSum(coefficients, space.positions) && additive.sums !== undefined
      ? { sums: additive.sums }
      : {}),
  });
}

/** What keeps the coefficients from telling the accuracy of all networks: the field, and the remedy. Undefined if nothing does. */
export function coefficientProblem(
  { options, together }: CoefficientAccuracy,
  positions: readonly Position[],
): string | undefined {
  return (
    contributionsProblem(options, positions) ??
    together
      .map(({ where }, index) => strangerOf(where, positions, `accuracy.together.${index}.where`))
      .find((problem) => problem !== undefined)
  );
}

function strangerOf(
  where: JointContribution['where'],
  positions: readonly Position[],
  field: string,
): string | undefined {
  for (const [name, value] of Object.entries(where)) {
    const position = positions.find((each) => each.name === name);
    if (position === undefined)
      return `field ${field}: the space has no position ${name}; its positions are ${positions.map((each) => each.name).join(', ')}`;
    if (!position.values.some((each) => String(each) === String(value)))
      return `field ${field}.${name}: the space has no option ${value}; its options are ${position.values.join(', ')}`;
  }
  return undefined;
}

/** Whether each choice adds the same wherever it stands, and nothing is cut off at 0 or 100. */
function isSum(coefficients: CoefficientAccuracy, positions: readonly Position[]): boolean {
  if (coefficients.together.length > 0 || coefficients.logMacs !== 0) return false;
  const { least, most } = additiveRange(coefficients, positions);
  return least >= 0 && most <= 100;
}

function jointTerm(
  { where, adds }: JointContribution,
  positions: readonly Position[],
): (genotype: Genotype) => number {
  const wanted = positions.flatMap(({ name, values }, position) => {
    const value = ownValue(where, name);
    return value === undefined
      ? []
      : [{ position, choice: values.findIndex((each) => String(each) === String(value)) }];
  });
  return (genotype) =>
    wanted.every(({ position, choice }) => genotype[position] === choice) ? adds : 0;
}
