import type { Position } from '../../../model/space/space';
import { additiveProblem } from '../../../search/accuracy/additive_accuracy';
import { createTableAccuracy, notInTable } from '../../../search/accuracy/table_accuracy';

const positions: readonly Position[] = [
  { name: 'block1.kernel', values: [3, 5] },
  { name: 'block1.cell', values: ['depthwise', '__proto__'] },
];
const fitting = {
  base: 70,
  options: {
    'block1.kernel': { 3: 0, 5: 1 },
    'block1.cell': Object.fromEntries([
      ['depthwise', 0],
      ['__proto__', 2],
    ]),
  },
};

describe('what keeps a sum from speaking of a space', () => {
  it('is nothing where it has each option and no other, whatever options are called', () => {
    expect(additiveProblem(fitting, positions)).toBeUndefined();
  });

  it('is the first position or option that one of them lacks', () => {
    const { options } = fitting;
    expect(
      additiveProblem({ ...fitting, options: { ...options, head: { 1: 0 } } }, positions),
    ).toBe(
      'field accuracy.options: the space has no position head; its positions are block1.kernel, block1.cell',
    );
    expect(
      additiveProblem(
        { ...fitting, options: { 'block1.kernel': options['block1.kernel'] } },
        positions,
      ),
    ).toBe(
      'field accuracy.options: position block1.cell is missing; give a number for each of depthwise, __proto__',
    );
    expect(
      additiveProblem(
        { ...fitting, options: { ...options, 'block1.kernel': { 3: 0 } } },
        positions,
      ),
    ).toContain('option 5 is missing');
    expect(
      additiveProblem(
        { ...fitting, options: { ...options, 'block1.kernel': { 3: 0, 5: 0, 7: 0 } } },
        positions,
      ),
    ).toContain('the space has no option 7');
  });

  it.each([
    [98, '98.00 to 101.00'],
    [-1, '-1.00 to 2.00'],
  ])('is a sum that is no percentage: from base %d', (base, range) => {
    expect(additiveProblem({ ...fitting, base }, positions)).toContain(range);
  });
});

describe('what a table does not know of a space', () => {
  const table = { positions };

  it('is nothing where the space has the same positions, and options of the table', () => {
    expect(notInTable(table, positions)).toBeUndefined();
    expect(
      notInTable(table, [{ name: 'block1.kernel', values: [5] }, positions[1]!]),
    ).toBeUndefined();
  });

  it('is the first position or option that is foreign to it, or a position that is missing', () => {
    expect(notInTable(table, [{ name: 'edge0-1', values: [3] }])).toBe('position edge0-1');
    expect(notInTable(table, [{ name: 'block1.kernel', values: [3, 7] }])).toBe(
      'option 7 of block1.kernel',
    );
    expect(notInTable(table, positions.slice(0, 1))).toBe('a space without position block1.cell');
    expect(notInTable(table, [...positions, { name: 'block2.kernel', values: [3] }])).toBe(
      'position block2.kernel',
    );
  });

  it('is looked up once for each architecture', () => {
    const asked: string[] = [];
    const source = createTableAccuracy({
      statement: 'counted',
      positions,
      percentOf: (architecture) => asked.push(architecture),
    });
    expect([source.accuracyOf('a'), source.accuracyOf('b'), source.accuracyOf('a')]).toEqual([
      { percent: 1 },
      { percent: 2 },
      { percent: 1 },
    ]);
    expect(asked).toEqual(['a', 'b']);
  });
});
