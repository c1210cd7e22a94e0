import { parseYaml } from '../../../platform/config/yaml';
import {
  isSpacePath,
  spaceKeyOf,
  spaceNameOf,
  spaceReferenceSchema,
} from '../../../model/space/space_reference';
import { smallCellsYaml, smallConvYaml } from '../../contract/small_spaces';

const read = (yaml: string) => parseYaml(yaml, spaceReferenceSchema, 'space');

describe('what a specification says of its space', () => {
  it('is the name of one that comes with the program', () => {
    expect(read('donna-full')).toBe('donna-full');
    expect(spaceNameOf('donna-full')).toBe('donna-full');
  });

  it('is a document of its own, with its defaults filled in', () => {
    const document = read(smallConvYaml);
    expect(document).toMatchObject({ kind: 'conv', description: '', classes: 3 });
    expect(spaceNameOf(document)).toBe('two');
  });

  it.each([
    ['7', 'expected the name of a search space'],
    ['"my space"', 'expected the name of a search space'],
    ['{ kind: graph }', 'expected a mapping with kind: conv, transformer or cells'],
    ['[donna-full]', 'expected a mapping with kind: conv, transformer or cells'],
    [
      smallConvYaml.replace('stride: 2', 'stride: 3'),
      'field blocks.1.stride: expected one of 1, 2',
    ],
    [`${smallConvYaml}depth: 2\n`, 'unknown field depth; the fields here are kind'],
    [
      smallCellsYaml.replace('PerStage: 1', 'PerStage: 99'),
      'field cellsPerStage: expected a whole',
    ],
  ])('is refused with the field that is wrong: %s', (yaml, message) => {
    expect(() => read(yaml)).toThrow(message);
  });

  it('is the same space where the documents are the same, whatever their layout', () => {
    expect(spaceKeyOf(read(smallConvYaml))).toBe(spaceKeyOf(read(`# mine\n${smallConvYaml}\n`)));
    expect(spaceKeyOf(read(smallConvYaml))).not.toBe(
      spaceKeyOf(read(smallConvYaml.replace('classes: 3', 'classes: 4'))),
    );
    expect(spaceKeyOf(read(smallCellsYaml))).not.toBe('cells');
  });

  it.each([
    ['./mine.yaml', true],
    ['mine.yaml', true],
    ['..\\mine', true],
    ['donna-full', false],
    ['nasbench201', false],
  ])('is a path if it could be no shipped name: %s', (text, isPath) => {
    expect(isSpacePath(text)).toBe(isPath);
  });
});
