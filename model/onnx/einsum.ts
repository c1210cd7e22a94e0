import { stringAttribute, type Node } from './graph';

/** One letter for each axis. */
export type Labels = readonly string[];

interface EinsumEquation {
  readonly operands: readonly Labels[];
  readonly result: Labels;
}

/** Undefined for an equation with an ellipsis, a repeated label in one operand, or none that can be read. */
export function einsumEquation(node: Node): EinsumEquation | undefined {
  const [left = '', right] = stringAttribute(node, 'equation', '').replaceAll(' ', '').split('->');
  const operands = left.split(',').map((operand) => Array.from(operand));
  const all = operands.flat();
  // Without an arrow the result has the labels that occur once, in alphabetical order.
  const result =
    right === undefined
      ? all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort()
      : Array.from(right);
  const isPlain = [...operands, result].every(
    (labels) =>
      labels.every((label) => /^[A-Za-z]$/.test(label)) && new Set(labels).size === labels.length,
  );
  return isPlain &&
    operands.length === node.inputs.length &&
    result.every((label) => all.includes(label))
    ? { operands, result }
    : undefined;
}
