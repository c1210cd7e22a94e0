import { intAttribute, intsAttribute } from '../../onnx/graph';
import {
  depthwiseOptions,
  plainOptions,
  poolOptions,
  productOptions,
  reducerOptions,
} from '../file/builtin_options';
import { channelsLast, storedAxis, type Layout } from '../lowering/layout';
import { bytesOf, type Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { zeroBias } from './convolution';
import { encodedOutput, inputOf, integersOf, outputOf, type Lower } from './family';
import { dequantized, quantizedResult } from './float_island';
import { onImages } from './signals';
import { ownPadding, paddedImage, slidingOf, type Sliding } from './windows';

export const poolFamily: Readonly<Record<string, Lower>> = {
  MaxPool: onImages(maximum),
  GlobalMaxPool: onImages(maximum),
  AveragePool: onImages(average),
  GlobalAveragePool: (step, to) =>
    mean(step, to, {
      axes: inputOf(step, 0).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis])),
      keepDimensions: true,
    }),
  ReduceMax: extreme('REDUCE_MAX'),
  ReduceMin: extreme('REDUCE_MIN'),
  ReduceMean: (step, to) => mean(step, to, reductionOf(step)),
};

function maximum(step: Step, to: Lowering): void {
  const { image, output, sliding } = pooling(step);
  const { image: source, window } = paddedImage(to, image, { sliding, filling: 'lowest' });
  const result = encodedOutput(to, { output, layout: channelsLast, like: image });
  to.emit({
    kind: 'MAX_POOL_2D',
    inputs: [source],
    outputs: [result.index],
    options: poolOptions(window, sliding.kernel),
  });
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
  const result = quantizedResult(to, output, channelsLast);
  const float = dequantized(to, image, channelsLast);
  if (padding === undefined)
    averageOfPresent(
      to,
      { name: output.name, image, output, sliding },
      { float, result: result.float },
    );
  else
    to.emit({
      kind: 'AVERAGE_POOL_2D',
      inputs: [float],
      outputs: [result.float],
      options: poolOptions({ padding, strides: sliding.strides }, sliding.kernel),
    });
  result.quantize();
}

/** Pads with zeros, averages all, and makes up for those that do not count: TFLite leaves out only padding of its own. */
function averageOfPresent(
  to: Lowering,
  { name, image, output, sliding }: NamedPooling,
  { float, result }: { readonly float: number; readonly result: number },
): void {
  const { kernel, strides, begin, end } = sliding;
  const [bottom, right] = end.map((size) => Math.max(0, size));
  const amounts = Int32Array.of(0, 0, begin[0], bottom ?? 0, begin[1], right ?? 0, 0, 0);
  const [batch = 1, height = 1, width = 1, channels = 1] = to.tensor(float).shape;
  const between = (part: string, shape: readonly number[]): number =>
    to.between({ name: `${name}/${part}`, elementType: 'float32', shape });
  const padded = between('padded', [
    batch,
    height + begin[0] + (bottom ?? 0),
    width + begin[1] + (right ?? 0),
    channels,
  ]);
  const pads = to.constant(
    { name: `${name}/pads`, elementType: 'int32', shape: [4, 2] },
    bytesOf(amounts),
  );
  to.emit({ kind: 'PAD', inputs: [float, pads], outputs: [padded], options: plainOptions.PAD });
  const averaged = between('averaged', to.tensor(result).shape);
  to.emit({
    kind: 'AVERAGE_POOL_2D',
    inputs: [padded],
    outputs: [averaged],
    options: poolOptions({ padding: 'VALID', strides }, kernel),
  });
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    presentCounts(sliding, image, { axis, windows: output.shape[axis + 2] ?? 1 }),
  );
  const shares = (rows ?? []).flatMap((row) =>
    (columns ?? []).map((column) => (kernel[0] * kernel[1]) / (row * column)),
  );
  const shape = [1, rows?.length ?? 1, columns?.length ?? 1, 1];
  const share = to.constant(
    { name: `${name}/shares`, elementType: 'float32', shape },
    bytesOf(Float32Array.from(shares)),
  );
  to.emit({
    kind: 'MUL',
    inputs: [averaged, share],
    outputs: [result],
    options: productOptions('MUL', 'NONE'),
  });
}

/** How many elements along an axis each window holds that are no padding. */
function presentCounts(
  { kernel, strides, begin }: Sliding,
  image: Operand,
  { axis, windows }: { readonly axis: 0 | 1; readonly windows: number },
): readonly number[] {
  const size = image.shape[axis + 2] ?? 1;
  return Array.from({ length: windows }, (_, window) => {
    const start = window * strides[axis] - begin[axis];
    return Math.max(1, Math.min(size, start + kernel[axis]) - Math.max(0, start));
  });
}

interface Pooling {
  readonly image: Operand;
  readonly output: Operand;
  readonly sliding: Sliding;
}

function pooling(step: Step): Pooling {
  const { node } = step;
  const [image, output] = [inputOf(step, 0), outputOf(step)];
  // A global pool has one window, as large as the image.
  const kernel = intsAttribute(node, 'kernel_shape') ?? image.shape.slice(2);
  const sliding = slidingOf(node, kernel, { input: image.shape, output: output.shape });
  if (sliding.dilations.some((dilation) => dilation !== 1))
    throw new Unsupported(node, 'TFLite has no dilated pooling; use a larger stride');
  return { image, output, sliding };
}

interface NamedPooling extends Pooling {
  readonly name: string;
}

function averageByOnes(to: Lowering, { name, image, output, sliding }: NamedPooling): void {
  const { image: source, window } = paddedImage(to, image, { sliding, filling: 'zero' });
  const [height, width] = sliding.kernel;
  const shape = [1, height, width, output.shape[1] ?? 1];
  const share = Math.fround(1 / (height * width));
  const ones = new Int8Array(shape.reduce((product, size) => product * size, 1)).fill(1);
  const weight = to.constant(
    {
      name: `${name}/ones`,
      elementType: 'int8',
      shape,
      quantization: { scales: Float32Array.of(share), zeroPoint: 0, axis: 3 },
    },
    bytesOf(ones),
  );
  const bias = zeroBias(to, {
    name,
    image,
    channels: output.shape[1] ?? 1,
    weightScales: Float32Array.of(share),
  });
  to.emit({
    kind: 'DEPTHWISE_CONV_2D',
    inputs: [source, weight, bias],
    outputs: [to.make(output, channelsLast)],
    options: depthwiseOptions(window, { dilations: [1, 1], multiplier: 1 }, 'NONE'),
  });
}

function reducedAxes(step: Step): readonly number[] {
  const rank = inputOf(step, 0).shape.length;
  const axes =
    intsAttribute(step.node, 'axes') ??
    integersOf(step, 1) ??
    inputOf(step, 0).shape.map((_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

interface Reduction {
  readonly axes: readonly number[];
  readonly keepDimensions: boolean;
}

function reductionOf(step: Step): Reduction {
  return { axes: reducedAxes(step), keepDimensions: intAttribute(step.node, 'keepdims', 1) === 1 };
}

/** Rescales by itself, so input and output may have different encodings. */
function mean(step: Step, to: Lowering, reduction: Reduction): void {
  const { inputs, layout } = reduced(step, to, reduction);
  to.emit({
    kind: 'MEAN',
    inputs,
    outputs: [to.make(outputOf(step), layout)],
    options: reducerOptions(reduction.keepDimensions),
  });
}

function extreme(kind: 'REDUCE_MAX' | 'REDUCE_MIN'): Lower {
  return (step, to) => {
    const reduction = reductionOf(step);
    const { inputs, layout } = reduced(step, to, reduction);
    const result = encodedOutput(to, { output: outputOf(step), layout, like: inputOf(step, 0) });
    to.emit({
      kind,
      inputs,
      outputs: [result.index],
      options: reducerOptions(reduction.keepDimensions),
    });
    result.requantize();
  };
}

/** Dimensions that are left keep their stored order. */
function reduced(
  step: Step,
  to: Lowering,
  { axes, keepDimensions }: Reduction,
): { readonly inputs: readonly number[]; readonly layout: Layout } {
  const input = inputOf(step, 0);
  const layout = to.layoutOf(input);
  const left = layout.filter((dimension) => !axes.includes(dimension));
  const inOrder = left.toSorted((a, b) => a - b);
  const stored = axes.map((axis) => storedAxis(layout, axis)).sort((a, b) => a - b);
  return {
    inputs: [to.read(input, layout), to.list(stored)],
    layout: keepDimensions ? layout : left.map((dimension) => inOrder.indexOf(dimension)),
  };
}
