import { intsAttribute, type Attribute, type Node } from '../../onnx/graph';
import { ints } from '../../onnx/graph_builder';
import { channelsLast, storedShape, type Layout } from '../lowering/layout';
import type { Operand } from '../lowering/quantized_steps';
import { inputOf, outputOf, type Lower } from './family';

/** A signal's channels last. */
const signalLayout: Layout = [0, 2, 1];

/** What windows of one dimension do along the height that they are given. */
const heights: Readonly<Record<string, readonly number[]>> = {
  kernel_shape: [1],
  strides: [1],
  dilations: [1],
  output_padding: [0],
};

/**
 * TFLite's windows have two dimensions: a signal becomes an image of one row before the operator, and a signal again behind
 * it. Both are RESHAPEs, which move nothing.
 */
export function onImages(lower: Lower): Lower {
  return (step, to) => {
    const [signal, output] = [inputOf(step, 0), outputOf(step)];
    if (signal.shape.length !== 3) {
      lower(step, to);
      return;
    }
    const [image, result] = [inOneRow(signal), inOneRow(output)];
    to.alias(
      image,
      channelsLast,
      to.reshaped(to.read(signal, signalLayout), storedShape(image.shape, channelsLast)),
    );
    const others = step.inputs
      .slice(1)
      .map((operand) => (operand?.shape.length === 3 ? inOneRow(operand) : operand));
    lower(
      {
        ...step,
        node: alongRows(step.node),
        inputs: [image, ...others],
        outputs: [result, ...step.outputs.slice(1)],
      },
      to,
    );
    to.alias(
      output,
      signalLayout,
      to.reshaped(to.read(result, channelsLast), storedShape(output.shape, signalLayout)),
    );
  };
}

function inOneRow(operand: Operand): Operand {
  const [first = 1, second = 1, length = 1] = operand.shape;
  return { ...operand, name: `${operand.name}/row`, shape: [first, second, 1, length] };
}

function alongRows(node: Node): Node {
  const attributes = new Map<string, Attribute>(node.attributes);
  for (const [name, height] of Object.entries(heights)) {
    const values = intsAttribute(node, name);
    if (values !== undefined) attributes.set(name, ints(...height, ...values));
  }
  const [before, after] = intsAttribute(node, 'pads') ?? [];
  if (before !== undefined && after !== undefined)
    attributes.set('pads', ints(0, before, 0, after));
  return { ...node, attributes };
}
