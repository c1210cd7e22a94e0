import type { Position } from './space';
import { edges, operations } from '../nasbench201/cell';

/** What is chosen in a cell: the operation of each edge. */
export const cellPositions: readonly Position[] = edges.map(([from, to]) => ({
  name: `edge${from}-${to}`,
  values: operations,
}));
