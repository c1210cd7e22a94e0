import { assert } from '../../../common/assert';
import type { LayerCost } from '../../../model/block/network_cost';
import type { LowerBounds } from '../../../model/nasbench201/smallest';
import { createBlockSpace } from '../../../model/space/block_space';
import { shippedBlockDocument } from '../../../model/space/load_space';
import { isUnrestricted, restrictDocument, type Restriction } from '../../../model/space/restrict';
import type { Space } from '../../../model/space/space';
import {
  additiveAccuracyOf,
  additivePartsOf,
  additiveProblem,
  type AdditiveAccuracy,
  type Position,
} from '../../../search/additive_accuracy';
import { drawAtLeast, greatestOf, leastCostAtLeast } from '../../../search/parts';
import { restrictSpace, type Genotype, type SearchSpace } from '../../../search/space';
import { searchSpaceOf, searchSpaceWithin } from '../../../search/space_adapter';
import type { SearchSpec } from '../../../search/spec';
import type { Admitted, SearchableSpace } from './searchable_space';

/** The names of an option: that in any block, and that in its own. */
function namesOf(position: string, choice: string): readonly [string, string] {
  return [`${position.slice(position.indexOf('.') + 1)}=${choice}`, `${position}=${choice}`];
}

/** Restricted spaces that are kept: making one takes some hundred milliseconds, and a search asks for the same one several times. */
const mostKept = 16;
/** Of a float network for each byte of an int8 one. */
const floatShare = 4;

/** A space of blocks that comes with the program. Options are named `kernel=7` in any block, `block2.kernel=7` in one. */
export function openBlockSpace(name: string): SearchableSpace {
  const document = shippedBlockDocument(name);
  const whole = createBlockSpace(document, name);
  const space = searchSpaceOf(whole);
  const positions = whole.positions.map((position): Position => ({
    name: position.name,
    choices: position.values.map(String),
  }));
  const named = positions.flatMap(({ name: position, choices }) =>
    choices.map((choice) => namesOf(position, choice)),
  );
  const kept = new Map<string, SearchSpace>();
  const within = ({ targets, forbidden }: Restriction): SearchSpace => {
    const key = JSON.stringify([targets, forbidden]);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const restriction = { targets, forbidden };
    const made = isUnrestricted(document, restriction)
      ? space
      : searchSpaceWithin(whole, createBlockSpace(restrictDocument(document, restriction), name));
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, made);
    return made;
  };
  return {
    space,
    positions,
    options: [...new Set(named.map(([anywhere]) => anywhere)), ...named.map(([, here]) => here)],
    optionsOf: (architecture) =>
      whole
        .genotypeOf(architecture)
        .flatMap((digit, index) => optionNames(positions[index], digit)),
    within: ({ accuracy }, { accuracyPercentMin, ...restriction }) => {
      const permitted = within(restriction);
      if (accuracyPercentMin === undefined) return permitted;
      const percentOf = accuracyOf(accuracy, whole, positions);
      const parts = additivePartsOf(sumsOf(accuracy), positions, partsOf(permitted));
      const least = accuracyPercentMin - sumsOf(accuracy).base;
      const isAdmitted = (architecture: string): boolean =>
        percentOf(architecture) >= accuracyPercentMin;
      return greatestOf(parts).sum < least
        ? restrictSpace(permitted, isAdmitted)
        : restrictSpace(permitted, isAdmitted, drawAtLeast(parts, least));
    },
    hashesOf: () => whole.hashOf,
    problemOf: (spec) => problemOf(spec, positions),
    accuracyPercentOf: ({ accuracy }) => accuracyOf(accuracy, whole, positions),
    mostAccurate: ({ accuracy }, restriction) => {
      const permitted = within(restriction);
      const architecture = permitted.architectureOf(
        greatestOf(additivePartsOf(sumsOf(accuracy), positions, partsOf(permitted))).genotype,
      );
      return architecture === undefined
        ? undefined
        : { architecture, accuracyPercent: accuracyOf(accuracy, whole, positions)(architecture) };
    },
    lowerBounds: ({ accuracy }, admitted) =>
      boundsOf(whole, {
        permitted: within(admitted),
        accuracy: sumsOf(accuracy),
        positions,
        accuracyPercentMin: admitted.accuracyPercentMin,
      }),
  };
}

function sumsOf(accuracy: SearchSpec['accuracy']): AdditiveAccuracy {
  assert(accuracy?.kind === 'additive', 'the accuracies of blocks are sums');
  return accuracy;
}

function accuracyOf(
  accuracy: SearchSpec['accuracy'],
  whole: Space,
  positions: readonly Position[],
): (architecture: string) => number {
  const percentOf = additiveAccuracyOf(sumsOf(accuracy), positions);
  return (architecture) => percentOf(whole.genotypeOf(architecture));
}

function partsOf(space: SearchSpace): readonly (readonly Genotype[])[] {
  assert(space.parts !== undefined, 'blocks are chosen independently of each other');
  return space.parts();
}

interface Bounded extends Pick<Admitted, 'accuracyPercentMin'> {
  readonly permitted: SearchSpace;
  readonly accuracy: AdditiveAccuracy;
  readonly positions: readonly Position[];
}

/** Of each cost the least that a network of enough accuracy has; of memory, which does not add up, what the stem and the head take by themselves at least. */
function boundsOf(
  whole: Space,
  { permitted, accuracy, positions, accuracyPercentMin = 0 }: Bounded,
): LowerBounds {
  const parts = additivePartsOf(accuracy, positions, partsOf(permitted));
  const first = parts.map(([option]) => option?.genotype ?? []);
  const costOf = (genotypes: readonly Genotype[]): LayerCost =>
    whole.costOf(whole.architectureOf(genotypes.flat()) ?? '');
  const fixed = costOf(first);
  const costed = parts.map((options, index) =>
    options.map(({ genotype, value }) => ({
      value,
      cost: costOf(first.map((other, place) => (place === index ? genotype : other))),
    })),
  );
  const least = (field: 'macs' | 'parameters' | 'weightBytes'): number => {
    const more = leastCostAtLeast(
      costed.map((options) =>
        options.map(({ value, cost }) => ({ value, cost: cost[field] - fixed[field] })),
      ),
      accuracyPercentMin - accuracy.base,
    );
    return fixed[field] + (more ?? 0);
  };
  return {
    macs: least('macs'),
    parameters: least('parameters'),
    peakActivationBytes: Math.ceil(whole.leastCost().peakActivationBytes / floatShare),
    modelBytes: Math.ceil(least('weightBytes') / floatShare),
  };
}

function optionNames(position: Position | undefined, digit: number): readonly string[] {
  const choice = position?.choices[digit];
  assert(
    position !== undefined && choice !== undefined,
    'a genotype chooses an option of each position',
  );
  return namesOf(position.name, choice);
}

function problemOf(
  { space, accuracy, model }: SearchSpec,
  positions: readonly Position[],
): string | undefined {
  if (accuracy === undefined)
    return `field accuracy: ${space} comes with no accuracies; give { kind: additive, base, options }, for which farm space show ${space} --accuracy-template prints a start`;
  if (accuracy.kind !== 'additive')
    return `field accuracy: the table is of nasbench201 cells, not of ${space}; give { kind: additive, base, options } (see: farm space show ${space} --accuracy-template)`;
  if (model.cellsPerStage !== undefined)
    return `field model.cellsPerStage: ${space} has no cells; remove it`;
  return additiveProblem(accuracy, positions);
}
