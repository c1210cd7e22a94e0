import type { Cell, CellOperation } from './cell';
import { liveEdges, type LiveEdge } from './topology';

type LiveOperation = Exclude<CellOperation, 'none'>;

/** Multiply-accumulates per value of the cell's channels and, for a pool, its nine sums as a ninth each: what orders the operators by work. */
const work: Readonly<Record<LiveOperation, number>> = {
  skip_connect: 0,
  nor_conv_1x1: 1,
  nor_conv_3x3: 9,
  avg_pool_3x3: 1,
};
const outputNode = 3;

/**
 * What running a cell takes, counted once its dead branches are removed: operators by kind, sums of two, ReLUs (a node's convolutions share one), operators on
 * the longest path, work on the heaviest path, inner nodes in use, most tensors alive at once, and the logarithm of all work. Then the
 * operators by kind as the cell is written, for runtimes that compute what nobody reads.
 */
export function cellFeatures(cell: Cell): Float64Array {
  const edges = liveEdges(cell);
  const count = (operation: LiveOperation): number =>
    edges.filter((edge) => edge.operation === operation).length;
  const convolved = new Set(edges.filter(isConvolution).map((edge) => edge.from));
  const nodes = new Set(edges.map((edge) => edge.to));
  const total = edges.reduce((sum, edge) => sum + work[edge.operation], 0);
  return Float64Array.of(
    count('nor_conv_1x1'),
    count('nor_conv_3x3'),
    count('avg_pool_3x3'),
    count('skip_connect'),
    edges.length - nodes.size,
    convolved.size,
    longestPath(edges, (edge) => (edge.operation === 'skip_connect' ? 0 : 1)),
    longestPath(edges, (edge) => work[edge.operation]),
    nodes.size,
    mostAlive(edges),
    Math.log(1 + total),
    ...(['nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3', 'skip_connect'] as const).map(
      (operation) => cell.filter((written) => written === operation).length,
    ),
  );
}

function isConvolution({ operation }: LiveEdge): boolean {
  return operation === 'nor_conv_1x1' || operation === 'nor_conv_3x3';
}

function longestPath(edges: readonly LiveEdge[], lengthOf: (edge: LiveEdge) => number): number {
  const longest = [0, 0, 0, 0];
  for (const edge of edges)
    longest[edge.to] = Math.max(longest[edge.to] ?? 0, (longest[edge.from] ?? 0) + lengthOf(edge));
  return longest[outputNode] ?? 0;
}

/** Nodes are computed in their order, and one is kept until the last that reads it. */
function mostAlive(edges: readonly LiveEdge[]): number {
  const alive = (at: number): number =>
    new Set(edges.filter((edge) => edge.from < at && edge.to >= at).map((edge) => edge.from)).size +
    1;
  return Math.max(...[1, 2, 3].map(alive));
}
