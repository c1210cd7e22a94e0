import { edges, type Cell, type CellOperation } from './cell';

export interface LiveEdge {
  readonly from: number;
  readonly to: number;
  readonly operation: Exclude<CellOperation, 'none'>;
}

const outputNode = 3;

/**
 * The edges that carry something from the cell's input to its output. The rest never changes the result in a deployed
 * network: an edge without input carries zeros, one that nothing reads is never computed.
 */
export function liveEdges(cell: Cell): readonly LiveEdge[] {
  const present = edges.flatMap(([from, to], index): LiveEdge[] => {
    const operation = cell[index];
    return operation === undefined || operation === 'none' ? [] : [{ from, to, operation }];
  });
  const fed = new Set([0]);
  for (const edge of present) if (fed.has(edge.from)) fed.add(edge.to);
  const needed = new Set([outputNode]);
  for (const edge of present.toReversed()) if (needed.has(edge.to)) needed.add(edge.from);
  return present.filter((edge) => fed.has(edge.from) && needed.has(edge.to));
}

/** Whether the output depends on the input: 15,284 of the 15,625 cells. */
export function isConnected(cell: Cell): boolean {
  return liveEdges(cell).length > 0;
}

/** The benchmark's notation; its order of characters decides which sums sort alike, so it is part of the definition. */
const nothing = '#';
const cellInput = '0';

/**
 * The benchmark's own isomorphism (6,466 classes over all cells): equal texts ⇔ isomorphic cells. A node is the sorted
 * sum of its edges; a skip stands for its source as it is written. The benchmark keeps edges that carry nothing as terms
 * of the sum and does not re-sort a sum that it passes on, so some cells that compute the same stay apart; the published
 * class counts depend on that.
 */
export function canonicalForm(cell: Cell): string {
  const sums = [cellInput, nothing, nothing, nothing];
  for (let node = 1; node <= outputNode; node += 1) {
    const terms = edges.flatMap(([from, to], index) =>
      to === node ? [term(cell[index] ?? 'none', sums[from] ?? nothing)] : [],
    );
    sums[node] = terms.sort().join('+');
  }
  return sums[outputNode] ?? nothing;
}

function term(operation: CellOperation, source: string): string {
  if (operation === 'none' || source === nothing) return nothing;
  return operation === 'skip_connect' ? source : `(${source})@${operation}`;
}
