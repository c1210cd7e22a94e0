import path from 'node:path';
import { readLabels } from '../../../cli/input/label_file';
import { BadInputError } from '../../../common/bad_input';
import { createDataLab, type DataLab } from '../../predictor/data/data_lab';

let lab: DataLab;
beforeEach(() => {
  lab = createDataLab();
});
afterEach(() => {
  lab.remove();
});

const read = (given: readonly string[] | string, classes: number) =>
  readLabels(given, { file: path.join(lab.root, 'reference.yaml'), classes });

describe('names of classes', () => {
  test.each([
    ['one in each line', 'cat\ndog\n'],
    ['without an end of the last line', 'cat\ndog'],
    ['with the ends of Windows', 'cat\r\ndog\r\n'],
  ])('are the lines of a text beside the document, %s', (_, text) => {
    lab.put('labels.txt', Buffer.from(text));
    expect(read('labels.txt', 2)).toEqual(['cat', 'dog']);
  });

  test('may stand in the document', () => {
    expect(read(['cat', 'dog'], 2)).toEqual(['cat', 'dog']);
  });

  test('may be empty: a class without a name is a class', () => {
    lab.put('labels.txt', Buffer.from('cat\n\ndog\n'));
    expect(read('labels.txt', 3)).toEqual(['cat', '', 'dog']);
  });

  test.each<readonly [string, () => string, RegExp]>([
    [
      'too few',
      () => lab.put('labels.txt', Buffer.from('cat\n')),
      /reference.yaml: field labels: 1 names for 2 classes; give one for each$/,
    ],
    ['not there', () => path.join(lab.root, 'none.txt'), /none.txt: cannot be read \(ENOENT\)/],
    ['a folder', () => lab.root, /is no text of names; give a file with one in each line$/],
  ])('that are %s are refused in a line', (_, make, line) => {
    const file = make();
    expect(() => read(file, 2)).toThrow(line);
    expect(() => read(file, 2)).toThrow(BadInputError);
  });
});
