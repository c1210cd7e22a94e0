import { intsAttribute, stringAttribute, type Attribute, type Graph, type Node } from '../../onnx/graph';
import { ints } from '../../onnx/graph_builder';
import { rewrite } from '../rewrite';
import type { GraphView } from '../view';

const windowKinds: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'LpPool']);

/** Writes out what a window leaves to its reader: automatic padding, the kernel's shape, the padding that gives a wanted output. */
export function explicitWindows(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (!windowKinds.has(node.kind)) return undefined;
    const automatic = node.attributes.has('auto_pad') || node.attributes.has('output_shape');
    const kernel = intsAttribute(node, 'kernel_shape') ?? view.shape(node.inputs[1] ?? '').slice(2);
    if (!automatic && node.attributes.has('kernel_shape')) return undefined;
    const attributes = new Map<string, Attribute>([...node.attributes].filter(([name]) => name !== 'auto_pad' && name !== 'output_shape')).set('kernel_shape', ints(...kernel));
    const pads = padsOf(view, node, kernel);
    if (pads !== undefined) attributes.set('pads', ints(...pads));
    return make.last(node.kind, node.inputs, attributes);
  });
}

/** Undefined where the attribute `pads` holds. */
function padsOf(view: GraphView, node: Node, kernel: readonly number[]): readonly number[] | undefined {
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  const wanted = intsAttribute(node, 'output_shape');
  if (mode === 'VALID') return kernel.flatMap(() => [0, 0]);
  if (mode === 'NOTSET' && wanted === undefined) return undefined;
  const transposed = node.kind === 'ConvTranspose';
  const [before, after] = [view.shape(node.inputs[0] ?? ''), view.shape(node.outputs[0] ?? '')].map((shape) => shape.slice(2));
  // A transposed convolution is the window's walk from its output to its input.
  const [image = [], steps = []] = transposed ? [after, before] : [before, after];
  const totals = kernel.map((size, axis) => {
    const stride = intsAttribute(node, 'strides')?.[axis] ?? 1;
    const reach = (size - 1) * (intsAttribute(node, 'dilations')?.[axis] ?? 1) + 1;
    const extra = transposed ? (intsAttribute(node, 'output_padding')?.[axis] ?? 0) : 0;
    return Math.max(0, ((steps[axis] ?? 1) - 1) * stride + reach + extra - (image[axis] ?? 0));
  });
  // The odd pixel goes to the end for SAME_UPPER; a transposed convolution by output_shape alone has it at the beginning, as for SAME_LOWER.
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total, axis) => total - (smaller[axis] ?? 0));
  const atBeginning = transposed ? mode !== 'SAME_UPPER' : mode === 'SAME_LOWER';
  return atBeginning ? [...larger, ...smaller] : [...smaller, ...larger];
}
