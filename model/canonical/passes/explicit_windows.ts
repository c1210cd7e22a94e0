import {
  intsAttribute,
  stringAttribute,
  type Attribute,
  type Graph,
  type Node,
} from '../../onnx/graph';
import { ints } from '../../onnx/graph_builder';
import { rewrite } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

const windowKinds: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'LpPool',
]);

/** Writes out what a window leaves to its reader: automatic padding, the kernel's shape, the padding that gives a wanted output. */
export function explicitWindows(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (!windowKinds.has(node.kind)) return undefined;
    const automatic = node.attributes.has('auto_pad') || node.attributes.has('output_shape');
    const kernel = intsAttribute(node, 'kernel_shape') ?? view.shape(node.inputs[1] ?? '').slice(2);
    if (!automatic && node.attributes.has('kernel_shape')) return undefined;
    const attributes = new Map<string, Attribute>(
      [...node.attributes].filter(([name]) => name !== 'auto_pad' && name !== 'output_shape'),
    ).set('kernel_shape', ints(...kernel));
    const padding = paddingOf(view, node, kernel);
    if (padding !== undefined) attributes.set('pads', ints(...padding.pads));
    if (padding?.beyond.some((size) => size > 0) === true)
      attributes.set('output_padding', ints(...padding.beyond));
    return make.last(node.kind, node.inputs, attributes);
  });
}

interface WindowPadding {
  readonly pads: readonly number[];
  /** Of a transposed convolution: what its output has behind all that its windows reach. */
  readonly beyond: readonly number[];
}

/** Undefined where the attribute `pads` holds. */
function paddingOf(
  view: GraphView,
  node: Node,
  kernel: readonly number[],
): WindowPadding | undefined {
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  const wanted = intsAttribute(node, 'output_shape');
  const transposed = node.kind === 'ConvTranspose';
  const extra = kernel.map((_, axis) =>
    transposed ? (intsAttribute(node, 'output_padding')?.[axis] ?? 0) : 0,
  );
  if (wanted === undefined && mode === 'VALID')
    return { pads: kernel.flatMap(() => [0, 0]), beyond: extra };
  if (wanted === undefined && mode === 'NOTSET') return undefined;
  const [before, after] = [view.shape(node.inputs[0] ?? ''), view.shape(node.outputs[0] ?? '')].map(
    (shape) => shape.slice(2),
  );
  // A transposed convolution is the window's walk from its output to its input.
  const [image = [], steps = []] = transposed ? [after, before] : [before, after];
  const totals = kernel.map((size, axis) => {
    const stride = intsAttribute(node, 'strides')?.[axis] ?? 1;
    const reach = (size - 1) * (intsAttribute(node, 'dilations')?.[axis] ?? 1) + 1;
    return ((steps[axis] ?? 1) - 1) * stride + reach + (extra[axis] ?? 0) - (image[axis] ?? 0);
  });
  // The odd pixel goes to the end for SAME_UPPER; a transposed convolution by output_shape alone has it at the beginning, as for SAME_LOWER.
  const smaller = totals.map((total) => Math.floor(Math.max(0, total) / 2));
  const larger = totals.map((total, axis) => Math.max(0, total) - (smaller[axis] ?? 0));
  const atBeginning = transposed ? mode !== 'SAME_UPPER' : mode === 'SAME_LOWER';
  // An output that is wanted larger than all windows reach ends in rows that hold the bias alone.
  const beyond = totals.map(
    (total, axis) => (extra[axis] ?? 0) + (transposed ? Math.max(0, -total) : 0),
  );
  return { pads: atBeginning ? [...larger, ...smaller] : [...smaller, ...larger], beyond };
}
