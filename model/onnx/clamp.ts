import { floatAttribute, type Graph, type Node } from './graph';

/** What an activation leaves of the numbers: those between the two. */
export interface Clamp {
  readonly min: number;
  readonly max: number;
}

/** Of Relu and of Clip with constant limits; undefined for other operators. */
export function clampOf(graph: Graph, node: Node): Clamp | undefined {
  if (node.kind === 'Relu') return { min: 0, max: Infinity };
  if (node.kind !== 'Clip') return undefined;
  const limit = (index: number, name: string, absent: number): number | undefined => {
    const input = node.inputs[index] ?? '';
    if (input === '') return floatAttribute(node, name, absent);
    const constant = graph.initializers.get(input);
    return constant?.elementType === 'float32' ? constant.data[0] : undefined;
  };
  const [min, max] = [limit(1, 'min', -Infinity), limit(2, 'max', Infinity)];
  return min === undefined || max === undefined ? undefined : { min, max };
}
