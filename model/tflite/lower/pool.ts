import { intAttribute, intsAttribute } from '../../onnx/graph';
import { poolOptions, reducerOptions } from '../builtin_options';
import { channelsLast, storedAxis, type Layout } from '../layout';
import type { Lowering } from '../lowering';
import type { Step } from '../quantized_steps';
import { Unsupported } from '../unsupported';
import { encodedOutput, inputOf, integersOf, outputOf, type Lower } from './family';
import { ownPadding, paddedImage, slidingOf } from './windows';

export const poolFamily: Readonly<Record<string, Lower>> = {
  MaxPool: pool('MAX_POOL_2D'),
  AveragePool: pool('AVERAGE_POOL_2D'),
  GlobalAveragePool: (step, to) => mean(step, to, { axes: inputOf(step, 0).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis])), keepDimensions: true }),
  ReduceMean: (step, to) => mean(step, to, { axes: reducedAxes(step), keepDimensions: intAttribute(step.node, 'keepdims', 1) === 1 }),
};

function pool(kind: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D'): Lower {
  return (step, to) => {
    const { node } = step;
    const [image, output] = [inputOf(step, 0), outputOf(step)];
    const sliding = slidingOf(node, intsAttribute(node, 'kernel_shape') ?? [], { input: image.shape, output: output.shape });
    if (sliding.dilations.some((dilation) => dilation !== 1)) throw new Unsupported(node, 'TFLite has no dilated pooling; use a larger stride');
    const average = kind === 'AVERAGE_POOL_2D';
    const padding = ownPadding(sliding, image.shape);
    const includesPadding = intAttribute(node, 'count_include_pad', 0) === 1;
    if (average && padding === undefined && !includesPadding) throw new Unsupported(node, 'TFLite cannot average over windows of such padding without counting it; use count_include_pad or a window that needs none');
    if (average && padding === 'SAME' && includesPadding) throw new Unsupported(node, 'TFLite does not count padding in an average; leave count_include_pad out');
    const { image: source, window } = paddedImage(to, image, { sliding, filling: average ? 'zero' : 'lowest' });
    const result = encodedOutput(to, { output, layout: channelsLast, like: image });
    to.emit({ kind, inputs: [source], outputs: [result.index], options: poolOptions(window, sliding.kernel) });
    result.requantize();
  };
}

function reducedAxes(step: Step): readonly number[] {
  const rank = inputOf(step, 0).shape.length;
  const axes = intsAttribute(step.node, 'axes') ?? integersOf(step, 1) ?? inputOf(step, 0).shape.map((_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Rescales by itself, so input and output may have different encodings. Dimensions that are left keep their stored order. */
function mean(step: Step, to: Lowering, { axes, keepDimensions }: { readonly axes: readonly number[]; readonly keepDimensions: boolean }): void {
  const input = inputOf(step, 0);
  const layout = to.layoutOf(input);
  const left = layout.filter((dimension) => !axes.includes(dimension));
  const inOrder = left.toSorted((a, b) => a - b);
  const reduced: Layout = keepDimensions ? layout : left.map((dimension) => inOrder.indexOf(dimension));
  const stored = axes.map((axis) => storedAxis(layout, axis)).sort((a, b) => a - b);
  to.emit({ kind: 'MEAN', inputs: [to.read(input, layout), to.list(stored)], outputs: [to.make(outputOf(step), reduced)], options: reducerOptions(keepDimensions) });
}
