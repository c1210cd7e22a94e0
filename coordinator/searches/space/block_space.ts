import { assert } from '../../../common/assert';
import { createBlockSpace } from '../../../model/space/block_space';
import { shippedBlockDocument } from '../../../model/space/load_space';
import { isUnrestricted, restrictDocument } from '../../../model/space/restrict';
import { additiveAccuracyOf, additiveProblem, additiveRange, type Position } from '../../search/additive_accuracy';
import { searchSpaceOf, searchSpaceWithin } from '../../search/space_adapter';
import type { SearchSpec } from '../../search/spec';
import type { SearchableSpace } from './searchable_space';

/** The names of an option: that in any block, and that in its own. */
function namesOf(position: string, choice: string): readonly [string, string] {
  return [`${position.slice(position.indexOf('.') + 1)}=${choice}`, `${position}=${choice}`];
}

/** Of a float network for each byte of an int8 one. */
const floatShare = 4;

/** A space of blocks that comes with the program. Options are named `kernel=7` in any block, `block2.kernel=7` in one. */
export function openBlockSpace(name: string): SearchableSpace {
  const document = shippedBlockDocument(name);
  const whole = createBlockSpace(document, name);
  const space = searchSpaceOf(whole);
  const positions = whole.positions.map((position): Position => ({ name: position.name, choices: position.values.map(String) }));
  const named = positions.flatMap(({ name: position, choices }) => choices.map((choice) => namesOf(position, choice)));
  return {
    space, positions,
    options: [...new Set(named.map(([anywhere]) => anywhere)), ...named.map(([, here]) => here)],
    optionsOf: (architecture) => whole.genotypeOf(architecture).flatMap((digit, index) => optionNames(positions[index], digit)),
    within: (restriction) => (isUnrestricted(document, restriction) ? space : searchSpaceWithin(whole, createBlockSpace(restrictDocument(document, restriction), name))),
    problemOf: (spec) => problemOf(spec, positions),
    accuracyPercentOf: ({ accuracy }) => {
      assert(accuracy?.kind === 'additive', 'the accuracies of blocks are sums');
      const percentOf = additiveAccuracyOf(accuracy, positions);
      return (architecture) => percentOf(whole.genotypeOf(architecture));
    },
    mostAccuracyPercent: ({ accuracy }, forbidden) => {
      assert(accuracy?.kind === 'additive', 'the accuracies of blocks are sums');
      return additiveRange(accuracy, positions, (position, choice) => !namesOf(position, choice).some((option) => forbidden.includes(option))).most;
    },
    lowerBounds: () => {
      const { macs, parameters, weightBytes, peakActivationBytes } = whole.leastCost();
      return { macs, parameters, peakActivationBytes: Math.ceil(peakActivationBytes / floatShare), modelBytes: Math.ceil(weightBytes / floatShare) };
    },
  };
}

function optionNames(position: Position | undefined, digit: number): readonly string[] {
  const choice = position?.choices[digit];
  assert(position !== undefined && choice !== undefined, 'a genotype chooses an option of each position');
  return namesOf(position.name, choice);
}

function problemOf({ space, accuracy, model }: SearchSpec, positions: readonly Position[]): string | undefined {
  if (accuracy === undefined) return `field accuracy: ${space} comes with no accuracies; give { kind: additive, base, options }, for which farm space show ${space} --accuracy-template prints a start`;
  if (accuracy.kind !== 'additive') return `field accuracy: the table is of nasbench201 cells, not of ${space}; give { kind: additive, base, options } (see: farm space show ${space} --accuracy-template)`;
  if (model.cellsPerStage !== undefined) return `field model.cellsPerStage: ${space} has no cells; remove it`;
  return additiveProblem(accuracy, positions);
}
