import fc from 'fast-check';
import { circlesOf, type Graph } from './circles';

/** Two nodes are in one circle when each reaches the other: asked for every pair by walking. */
function circlesByWalking(graph: Graph): readonly (readonly string[])[] {
  const reached = (from: string): Set<string> => {
    const seen = new Set<string>();
    const open = [from];
    for (let node = open.pop(); node !== undefined; node = open.pop())
      for (const next of graph.get(node) ?? [])
        if (!seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
    return seen;
  };
  const nodes = [...graph.keys()];
  const circles = nodes.map((a) =>
    nodes.filter((b) => a === b || (reached(a).has(b) && reached(b).has(a))).sort(),
  );
  const distinct = new Map(circles.map((circle) => [circle.join(' '), circle]));
  return [...distinct.values()].filter((circle) => circle.length > 1);
}

const graphs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), {
    maxLength: 20,
  })
  .map((edges): Graph => {
    const graph = new Map(Array.from({ length: 8 }, (_, node) => [`n${node}`, new Set<string>()]));
    for (const [from, to] of edges) graph.get(`n${from}`)?.add(`n${to}`);
    return graph;
  });

describe('circles of a graph', () => {
  it('are the same as those found by walking from every node', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const sorted = (circles: readonly (readonly string[])[]): string[] =>
          circles.map((circle) => circle.join(' ')).sort();
        expect(sorted(circlesOf(graph))).toEqual(sorted(circlesByWalking(graph)));
      }),
      { numRuns: 500 },
    );
  });

  it('do not count a node that imports itself', () => {
    expect(circlesOf(new Map([['a', new Set(['a'])]]))).toEqual([]);
  });
});
