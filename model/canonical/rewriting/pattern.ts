import type { Node } from '../../onnx/graph';
import { scalarOf } from './constants';
import type { GraphView } from './view';

/** The tensors that a pattern's names stand for. */
export type Bindings = ReadonlyMap<string, string>;

/** Every way in which the computation of a tensor can be read as the pattern; none when it cannot. */
export type Pattern = (view: GraphView, tensor: string, bound: Bindings) => readonly Bindings[];

/** Constants are written with six digits or more by every exporter. */
const relativeTolerance = 1e-5;

/** Any tensor; where the name occurs again, the same one. */
export function any(name: string): Pattern {
  return (_, tensor, bound) => {
    const known = bound.get(name);
    if (known !== undefined) return known === tensor ? [bound] : [];
    return [new Map(bound).set(name, tensor)];
  };
}

/** A constant, whatever its values. */
export function constant(name: string): Pattern {
  return (view, tensor, bound) =>
    view.constant(tensor) === undefined ? [] : any(name)(view, tensor, bound);
}

/** A constant whose every element is this number. */
export function scalar(value: number): Pattern {
  return (view, tensor, bound) => {
    const actual = scalarOf(view, tensor);
    return actual !== undefined && Math.abs(actual - value) <= Math.abs(value) * relativeTolerance
      ? [bound]
      : [];
  };
}

/** A node's first output, with these inputs and, where `test` is given, a node that passes it. */
export function op(
  kind: string,
  inputs: readonly Pattern[],
  test: (view: GraphView, node: Node) => boolean = () => true,
): Pattern {
  return (view, tensor, bound) => {
    const node = view.maker(tensor);
    if (node?.kind !== kind || node.outputs[0] !== tensor || !test(view, node)) return [];
    return inputs.reduce<readonly Bindings[]>(
      (found, input, index) =>
        found.flatMap((bindings) => input(view, node.inputs[index] ?? '', bindings)),
      [bound],
    );
  };
}

export function oneOf(...patterns: readonly Pattern[]): Pattern {
  return (view, tensor, bound) => patterns.flatMap((pattern) => pattern(view, tensor, bound));
}

/** A sum in either order. */
export function add(a: Pattern, b: Pattern): Pattern {
  return oneOf(op('Add', [a, b]), op('Add', [b, a]));
}

/** A product in either order. */
export function mul(a: Pattern, b: Pattern): Pattern {
  return oneOf(op('Mul', [a, b]), op('Mul', [b, a]));
}

/** A product of three in any order and grouping. */
export function product(a: Pattern, b: Pattern, c: Pattern): Pattern {
  return oneOf(mul(a, mul(b, c)), mul(b, mul(a, c)), mul(c, mul(a, b)));
}

export function square(x: Pattern): Pattern {
  return oneOf(op('Pow', [x, scalar(2)]), op('Mul', [x, x]));
}

/** The first reading of a tensor, as its names; undefined when there is none. */
export function match(view: GraphView, tensor: string, pattern: Pattern): Bindings | undefined {
  return pattern(view, tensor, new Map())[0];
}
