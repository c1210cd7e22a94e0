import { intsAttribute, type Node } from '../../../../model/onnx/graph';

/** Top, left, bottom, right. */
type Sides = readonly [number, number, number, number];

/** Height and width; each 1 where the attribute is absent. */
export function pairOf(node: Node, attribute: string): [number, number] {
  const [first = 1, second = 1] = intsAttribute(node, attribute) ?? [];
  return [first, second];
}

export function sidesOf(node: Node): Sides {
  const [top = 0, left = 0, bottom = 0, right = 0] = intsAttribute(node, 'pads') ?? [];
  return [top, left, bottom, right];
}
