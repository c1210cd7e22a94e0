import { loadCellAccuracies } from '../../model/nasbench201/accuracy';
import { parseCell } from '../../model/nasbench201/cell';
import { cellPositions } from '../../model/space/cell_positions';
import { createSpaceOfYaml } from '../../model/space/create_space';
import type { NetworkSpace } from '../../model/space/network_space';
import type { AccuracySource } from '../../search/accuracy/accuracy_source';
import { createAdditiveAccuracy } from '../../search/accuracy/additive_accuracy';
import { createTableAccuracy } from '../../search/accuracy/table_accuracy';
import { accuracySourceContract } from './accuracy_source_contract';
import { smallCellsYaml, smallConvYaml, smallTransformerYaml } from './small_spaces';

/** Later options add more, each position in another measure. */
function sumFor(space: NetworkSpace): AccuracySource {
  const options = space.positions.map(({ name, values }, position) => [
    name,
    Object.fromEntries(
      values.map((value, index) => [String(value), 0.3 * index * (1 + (position % 4))]),
    ),
  ]);
  return createAdditiveAccuracy(
    {
      base: 60,
      options: Object.fromEntries(options) as Record<string, Record<string, number>>,
    },
    space,
  );
}

describe.each([
  ['convolutions', smallConvYaml],
  ['transformers', smallTransformerYaml],
])('a sum of contributions over a space of %s', (_, yaml) => {
  const space = createSpaceOfYaml(yaml, 'space.yaml');
  accuracySourceContract(() => ({ source: sumFor(space), space }));
});

describe('a sum of contributions over cells, which have no independent parts', () => {
  const space = createSpaceOfYaml(smallCellsYaml, 'space.yaml').within({
    targets: [],
    forbidden: ['nor_conv_3x3'],
  });
  accuracySourceContract(() => ({ source: sumFor(space), space }));
});

describe('a table of cells', () => {
  const cells = loadCellAccuracies();
  const space = createSpaceOfYaml(smallCellsYaml, 'space.yaml');
  accuracySourceContract(() => ({
    source: createTableAccuracy({
      statement: 'a table',
      positions: cellPositions,
      percentOf: (architecture) => cells.accuracyPercent(parseCell(architecture)),
    }),
    space,
  }));
});
