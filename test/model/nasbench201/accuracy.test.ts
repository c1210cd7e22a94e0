import { loadCellAccuracies } from '../../../model/nasbench201/accuracy';
import { allCells, cellIndex, parseCell } from '../../../model/nasbench201/cell';
import { canonicalForm, isConnected } from '../../../model/nasbench201/topology';

const table = loadCellAccuracies();

describe('the accuracy table', () => {
  test('gives what the benchmark measured', () => {
    expect(table.measured(parseCell('421211'))).toEqual({
      validationPercent: 63.364,
      testPercent: 69.55,
    });
    expect(table.measured(parseCell('334131'))).toEqual({
      validationPercent: 82.834,
      testPercent: 88.22,
    });
    expect(table.measured(parseCell('000034'))).toEqual({
      validationPercent: 9.712,
      testPercent: 10,
    });
  });

  test('covers every cell with a plausible value', () => {
    for (const cell of allCells()) {
      const { validationPercent, testPercent } = table.measured(cell);
      expect(
        validationPercent >= 5 && validationPercent <= 95 && testPercent >= 5 && testPercent <= 95,
      ).toBe(true);
    }
  });

  test('averages over isomorphic cells', () => {
    const form = canonicalForm(parseCell('410001'));
    const members = [...allCells()].filter((cell) => canonicalForm(cell) === form);
    expect(members.length).toBeGreaterThan(1);
    const mean =
      members.reduce((sum, cell) => sum + table.measured(cell).validationPercent, 0) /
      members.length;
    for (const member of members) expect(table.accuracyPercent(member)).toBeCloseTo(mean, 9);
  });

  test('knows networks that learned something from those that cannot', () => {
    const best = [...allCells()]
      .filter(isConnected)
      .reduce((a, b) => (table.accuracyPercent(b) > table.accuracyPercent(a) ? b : a));
    expect(table.accuracyPercent(best)).toBeGreaterThan(80);
    expect(table.accuracyPercent(parseCell('000000'))).toBeLessThan(11);
    expect(cellIndex(best)).toBeGreaterThan(0);
  });
});
