import fc from 'fast-check';
import { BadInputError } from '../../../common/bad_input';
import {
  allCells,
  cellAt,
  cellCount,
  cellIndex,
  formatCell,
  formatOpVector,
  operations,
  parseCell,
} from '../../../model/nasbench201/cell';

const cellIndices = fc.integer({ min: 0, max: cellCount - 1 });

describe('a cell', () => {
  test('is read from the string of the benchmark and from six digits', () => {
    const text =
      '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|';
    expect(formatOpVector(parseCell(text))).toBe('421211');
    expect(formatCell(parseCell('421211'))).toBe(text);
  });

  test('survives both notations and its index', () => {
    fc.assert(
      fc.property(cellIndices, (index) => {
        const cell = cellAt(index);
        expect(parseCell(formatCell(cell))).toEqual(cell);
        expect(parseCell(formatOpVector(cell))).toEqual(cell);
        expect(cellIndex(cell)).toBe(index);
      }),
    );
  });

  test('is one of 15,625 different ones', () => {
    const texts = new Set([...allCells()].map(formatCell));
    expect(texts.size).toBe(15_625);
    expect(operations.length ** 6).toBe(cellCount);
  });

  test.each([
    ['33333', '5 digits; expected 6'],
    ['333335', 'digit 5 is no operation'],
    ['|none~0|+|none~0|none~1|', '2 nodes; expected 3'],
    ['|none~0|+|none~0|+|none~0|none~1|none~2|', 'node 2 is "|none~0|"'],
    ['|none~0|+|none~0|none~0|+|none~0|none~1|none~2|', 'edge 1 of node 2 is "none~0"'],
    [
      '|none~0|+|none~0|conv~1|+|none~0|none~1|none~2|',
      '"conv" is no operation; expected one of none,',
    ],
    ['', '1 nodes; expected 3'],
  ])('%s is refused, with the part that is wrong', (text, message) => {
    expect(() => parseCell(text)).toThrow(BadInputError);
    expect(() => parseCell(text)).toThrow(message);
  });

  test('any other text is refused in one line', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseCell(text);
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError);
        }
      }),
    );
  });
});
