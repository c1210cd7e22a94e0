import { parseTarget } from '../../common/target';
import { createSpaceOfYaml } from '../../model/space/create_space';
import { filterSpace } from '../../model/space/filtered_space';
import { loadSpace } from '../../model/space/load_space';
import { recordingOfChoices, recordingOfSpace } from '../../search/simulate/recording';
import { tableOf } from '../search/simulate/tables';
import { smallCellsYaml, smallConvYaml, smallTransformerYaml } from './small_spaces';
import { networkSpaceContract, spaceContract } from './space_contract';

const npu = parseTarget('sm8550/onnxruntime/npu/int8');
const conv = createSpaceOfYaml(smallConvYaml, 'two.yaml');
const cells = createSpaceOfYaml(smallCellsYaml, 'cells.yaml');

describe.each([
  ['convolutions', conv],
  ['convolutions on an NPU', conv.within({ targets: [npu], forbidden: [] })],
  ['convolutions without an option', conv.within({ targets: [], forbidden: ['block2.kernel=3'] })],
  ['transformers', createSpaceOfYaml(smallTransformerYaml, 'patches.yaml')],
  ['cells', cells],
  ['cells without an operation', cells.within({ targets: [], forbidden: ['nor_conv_3x3'] })],
])('a space of %s', (_, space) => {
  spaceContract(() => space);
  networkSpaceContract(() => space);
});

describe('a filtered space', () => {
  spaceContract(() => filterSpace(conv, (name) => name.includes('-k5-')));
});

const rows = (lines: readonly string[]): string => lines.join('\n');

describe('a recorded table of choices', () => {
  const lines = Array.from({ length: 24 }, (_, row) =>
    [`n${row}`, row % 2, (row >> 1) % 3, Math.floor(row / 6), 50 + row, 1 + row].join(','),
  );
  spaceContract(
    () => recordingOfChoices(tableOf(rows(['arch,x_a,x_b,x_c,accuracy,cpu_ms', ...lines]))).space,
  );
});

describe('a recorded table of cells', () => {
  const lines = Array.from({ length: 60 }, (_, row) =>
    [String(row * 251).padStart(5, '0'), 40 + row / 2, 1 + row].join(','),
  );
  const digits = lines.map((line) => Number(line.split(',')[0]).toString(5).padStart(6, '0'));
  spaceContract(() => {
    const table = tableOf(
      rows([
        'arch,accuracy,cpu_ms',
        ...lines.map((line, row) => [digits[row], ...line.split(',').slice(1)].join(',')),
      ]),
    );
    return recordingOfSpace(table, loadSpace('nasbench201')).space;
  });
});
