export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The strongly connected components of more than one node: who reaches each other. Tarjan,
 * https://doi.org/10.1137/0201010
 */
export function circlesOf(graph: Graph): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const circles: string[][] = [];
  const lower = (node: string, value: number | undefined): void => {
    lowest.set(node, Math.min(lowest.get(node) ?? Infinity, value ?? Infinity));
  };
  const visit = (node: string): void => {
    order.set(node, order.size);
    lower(node, order.get(node));
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next);
        lower(node, lowest.get(next));
      } else if (onStack.has(next)) lower(node, order.get(next));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const circle = stack.splice(stack.lastIndexOf(node));
    for (const each of circle) onStack.delete(each);
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}
