import { floatAttribute, type Attribute, type Graph, type Node } from '../../onnx/graph';
import { float } from '../../onnx/graph_builder';
import {
  add,
  any,
  match,
  mul,
  oneOf,
  op,
  product,
  scalar,
  square,
  type Pattern,
} from '../rewriting/pattern';
import { rewrite } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

const x = any('x');
const clip = (input: Pattern, highest: number): Pattern =>
  op('Clip', [input, scalar(0), scalar(highest)]);

/** clip(x + 3, 0, 6): six times the hard sigmoid. */
const sixfold = clip(add(x, scalar(3)), 6);
const hardSigmoid = oneOf(
  mul(sixfold, scalar(1 / 6)),
  clip(add(mul(x, scalar(1 / 6)), scalar(0.5)), 1),
);
const isOfSixths = (_: GraphView, node: Node): boolean =>
  Math.abs(floatAttribute(node, 'alpha', 0.2) - 1 / 6) < 1e-6 &&
  floatAttribute(node, 'beta', 0.5) === 0.5;
const hardSwish = oneOf(
  mul(x, op('HardSigmoid', [x], isOfSixths)),
  mul(x, hardSigmoid),
  product(x, sixfold, scalar(1 / 6)),
);

/** 1 + erf(x / √2) */
const erfTerm = add(op('Erf', [mul(x, scalar(Math.SQRT1_2))]), scalar(1));
const gelu = product(x, erfTerm, scalar(0.5));

/** 1 + tanh(√(2/π) · (x + 0.044715 x³)) */
const cube = oneOf(op('Pow', [x, scalar(3)]), mul(x, square(x)));
const inner = oneOf(
  add(x, mul(cube, scalar(0.044715))),
  mul(x, add(mul(square(x), scalar(0.044715)), scalar(1))),
);
const root = Math.sqrt(2 / Math.PI);
const tanhArgument = oneOf(
  mul(inner, scalar(root)),
  product(x, add(mul(square(x), scalar(0.044715)), scalar(1)), scalar(root)),
);
const tanhGelu = product(x, add(op('Tanh', [tanhArgument]), scalar(1)), scalar(0.5));

interface NamedPattern {
  readonly pattern: Pattern;
  readonly kind: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** The widest first: a hard-swish contains a hard sigmoid. */
const activations: readonly NamedPattern[] = [
  { pattern: hardSwish, kind: 'HardSwish', attributes: {} },
  {
    pattern: hardSigmoid,
    kind: 'HardSigmoid',
    attributes: { alpha: float(1 / 6), beta: float(0.5) },
  },
  { pattern: gelu, kind: 'Gelu', attributes: { approximate: { kind: 'string', value: 'none' } } },
  {
    pattern: tanhGelu,
    kind: 'Gelu',
    attributes: { approximate: { kind: 'string', value: 'tanh' } },
  },
];

/** Every pattern ends in one of these. */
const lastKinds: ReadonlySet<string> = new Set(['Mul', 'Clip']);

/** Gives activations that are written out in elementary operators their ONNX names. */
export function nameActivations(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (!lastKinds.has(node.kind)) return undefined;
    const [output = ''] = node.outputs;
    for (const { pattern, kind, attributes } of activations) {
      const input = match(view, output, pattern)?.get('x');
      if (input !== undefined) return make.last(kind, [input], attributes);
    }
    return undefined;
  });
}
