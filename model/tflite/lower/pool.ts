import { intAttribute, intsAttribute } from '../../onnx/graph';
import { depthwiseOptions, poolOptions, reducerOptions } from '../builtin_options';
import { channelsLast, storedAxis, type Layout } from '../layout';
import { bytesOf, type Lowering } from '../lowering';
import type { Operand, Step } from '../quantized_steps';
import { Unsupported } from '../unsupported';
import { zeroBias } from './convolution';
import { encodedOutput, inputOf, integersOf, outputOf, type Lower } from './family';
import { dequantized, quantizedResult } from './float_island';
import { ownPadding, paddedImage, slidingOf, type Sliding } from './windows';

export const poolFamily: Readonly<Record<string, Lower>> = {
  MaxPool: maximum,
  AveragePool: average,
  GlobalAveragePool: (step, to) => mean(step, to, { axes: inputOf(step, 0).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis])), keepDimensions: true }),
  ReduceMean: (step, to) => mean(step, to, { axes: reducedAxes(step), keepDimensions: intAttribute(step.node, 'keepdims', 1) === 1 }),
};

function maximum(step: Step, to: Lowering): void {
  const { image, output, sliding } = pooling(step);
  const { image: source, window } = paddedImage(to, image, { sliding, filling: 'lowest' });
  const result = encodedOutput(to, { output, layout: channelsLast, like: image });
  to.emit({ kind: 'MAX_POOL_2D', inputs: [source], outputs: [result.index], options: poolOptions(window, sliding.kernel) });
  result.requantize();
}

/**
 * Not by AVERAGE_POOL_2D on integers, which cannot rescale and rounds halves away from zero, where other runtimes round to even. Where
 * all windows hold equally many elements, a depthwise convolution by ones does the same and rounds as convolutions do; it also runs in
 * XNNPACK, which has no integer average. Windows cut off by padding have divisors of their own, which only the float operator knows.
 */
function average(step: Step, to: Lowering): void {
  const { node } = step;
  const { image, output, sliding } = pooling(step);
  const padding = ownPadding(sliding, image.shape);
  if (padding === 'VALID' || intAttribute(node, 'count_include_pad', 0) === 1) {
    averageByOnes(to, { name: node.name, image, output, sliding });
    return;
  }
  if (padding === undefined) throw new Unsupported(node, 'TFLite cannot average over windows of such padding without counting it; use count_include_pad or a window that needs none');
  const result = quantizedResult(to, output, channelsLast);
  to.emit({ kind: 'AVERAGE_POOL_2D', inputs: [dequantized(to, image, channelsLast)], outputs: [result.float], options: poolOptions({ padding, strides: sliding.strides }, sliding.kernel) });
  result.quantize();
}

interface Pooling {
  readonly image: Operand;
  readonly output: Operand;
  readonly sliding: Sliding;
}

function pooling(step: Step): Pooling {
  const { node } = step;
  const [image, output] = [inputOf(step, 0), outputOf(step)];
  const sliding = slidingOf(node, intsAttribute(node, 'kernel_shape') ?? [], { input: image.shape, output: output.shape });
  if (sliding.dilations.some((dilation) => dilation !== 1)) throw new Unsupported(node, 'TFLite has no dilated pooling; use a larger stride');
  return { image, output, sliding };
}

function averageByOnes(to: Lowering, { name, image, output, sliding }: Pooling & { readonly name: string }): void {
  const { image: source, window } = paddedImage(to, image, { sliding, filling: 'zero' });
  const [height, width] = sliding.kernel;
  const shape = [1, height, width, output.shape[1] ?? 1];
  const share = Math.fround(1 / (height * width));
  const ones = new Int8Array(shape.reduce((product, size) => product * size, 1)).fill(1);
  const weight = to.constant({ name: `${name}/ones`, elementType: 'int8', shape, quantization: { scales: Float32Array.of(share), zeroPoint: 0, axis: 3 } }, bytesOf(ones));
  const bias = zeroBias(to, { name, image, channels: output.shape[1] ?? 1, weightScales: Float32Array.of(share) });
  to.emit({ kind: 'DEPTHWISE_CONV_2D', inputs: [source, weight, bias], outputs: [to.make(output, channelsLast)], options: depthwiseOptions(window, { dilations: [1, 1], multiplier: 1 }, 'NONE') });
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
