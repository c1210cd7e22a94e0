import {
  convolutionOptions,
  depthwiseOptions,
  plainOptions,
  transposeConvolutionOptions,
  type Padding,
} from '../file/builtin_options';
import { channelsLast, storedShape, type Layout } from '../lowering/layout';
import { bytesOf, draftTensor, type Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { activatedOutput } from './bounds';
import { inputOf, outputOf, type Lower } from './family';
import { onImages } from './signals';
import { groupsOf, ownPadding, paddedImage, slidingOf, type Sliding } from './windows';

/** ONNX's O, I, H, W in TFLite's order, for depthwise ones with O last: 1, H, W, O. */
const weightLayout: Layout = channelsLast;
const depthwiseLayout: Layout = [1, 2, 3, 0];
/** ONNX's I, O, H, W of a transposed convolution as O, H, W, I. */
const transposedLayout: Layout = [1, 2, 3, 0];

export const convolutionFamily: Readonly<Record<string, Lower>> = {
  Conv: onImages(convolution),
  ConvTranspose: onImages(transposedConvolution),
};

function convolution(step: Step, to: Lowering): void {
  const { node } = step;
  const [image, weight, output] = [inputOf(step, 0), constantWeight(step), outputOf(step)];
  const sliding = slidingOf(node, weight.shape.slice(2), {
    input: image.shape,
    output: output.shape,
  });
  const { image: padded, window } = paddedImage(to, image, { sliding, filling: 'zero' });
  const groups = groupsOf(node);
  const bias = biasOf(step, to);
  const made = activatedOutput(step, to, channelsLast);
  const { dilations } = sliding;
  if (groups > 1 && weight.shape[1] === 1 && groups === image.shape[1]) {
    const multiplier = (weight.shape[0] ?? 0) / groups;
    const options = depthwiseOptions(window, { dilations, multiplier }, made.activation);
    const inputs = [padded, to.read(weight, depthwiseLayout), bias];
    to.emit({ kind: 'DEPTHWISE_CONV_2D', inputs, outputs: [made.index], options });
  } else {
    const options = convolutionOptions(window, dilations, made.activation);
    const inputs = [padded, to.read(weight, weightLayout), bias];
    to.emit({
      kind: 'CONV_2D',
      inputs,
      outputs: [made.index],
      options,
      needs: { groupedConvolution: groups > 1 },
    });
  }
  made.bound();
}

function constantWeight(step: Step): Operand {
  const weight = inputOf(step, 1);
  if (weight.constant === undefined)
    throw new Unsupported(step.node, 'its weights are computed; TFLite takes constant ones');
  return weight;
}

function biasOf(step: Step, to: Lowering): number {
  const bias = step.inputs[2];
  if (bias !== undefined) return integerBias(step, to, bias);
  return zeroBias(to, {
    name: step.node.name,
    image: inputOf(step, 0),
    channels: outputOf(step).shape[1] ?? 0,
    weightScales: inputOf(step, 1).quantization?.scales ?? Float32Array.of(1),
  });
}

interface Unbiased {
  readonly name: string;
  readonly image: Operand;
  readonly channels: number;
  readonly weightScales: Float32Array;
}

/** Some delegates insist on a bias. */
export function zeroBias(to: Lowering, { name, image, channels, weightScales }: Unbiased): number {
  const inputScale = image.quantization?.scales[0] ?? 1;
  const scales = weightScales.map((scale) => scale * inputScale);
  const wide = image.elementType === 'uint16';
  return to.constant(
    {
      name: `${name}/bias`,
      elementType: wide ? 'int64' : 'int32',
      shape: [channels],
      quantization: { scales, zeroPoint: 0, axis: 0 },
    },
    new Uint8Array(channels * (wide ? 8 : 4)),
  );
}

/** int32; int64 beside 16-bit activations, whose sums are longer. */
export function integerBias(step: Step, to: Lowering, bias: Operand): number {
  const { constant } = bias;
  if (constant?.elementType !== 'int32' || bias.quantization === undefined)
    throw new Unsupported(step.node, 'its bias is not quantized to int32');
  if (inputOf(step, 0).elementType !== 'uint16') return to.read(bias, [0]);
  return to.constant(
    { ...draftTensor(bias, [0]), elementType: 'int64' },
    bytesOf(BigInt64Array.from(constant.data, BigInt)),
  );
}

/**
 * TFLite pads as its SAME does or not at all: other padding is cut off behind a VALID one. What lies beyond the last window
 * (output_padding) holds the bias alone, in TFLite as in ONNX.
 */
function transposedConvolution(step: Step, to: Lowering): void {
  const { node } = step;
  const [image, weight, output] = [inputOf(step, 0), constantWeight(step), outputOf(step)];
  if (groupsOf(node) !== 1)
    throw new Unsupported(
      node,
      'TFLite has no grouped transposed convolution; use a Resize and a Conv',
    );
  // The convolution whose gradient this is slides over the output.
  const sliding = slidingOf(node, weight.shape.slice(2), {
    input: output.shape,
    output: image.shape,
  });
  if (sliding.dilations.some((dilation) => dilation !== 1))
    throw new Unsupported(node, 'TFLite has no dilated transposed convolution');
  const padding = ownPadding(sliding, output.shape);
  const full =
    padding === undefined ? fullExtents(sliding, { image, output }) : output.shape.slice(2);
  const whole = {
    ...output,
    name: padding === undefined ? `${output.name}/full` : output.name,
    shape: [...output.shape.slice(0, 2), ...full],
  };
  // ReLU and what else is fused: older kernels of this operator know no activation.
  const made = activatedOutput({ ...step, outputs: [whole] }, to, channelsLast, false);
  const inputs = [
    to.list(storedShape(whole.shape, channelsLast)),
    to.read(weight, transposedLayout),
    to.read(image, channelsLast),
    biasOf(step, to),
  ];
  const window = { padding: padding ?? ('VALID' satisfies Padding), strides: sliding.strides };
  to.emit({
    kind: 'TRANSPOSE_CONV',
    inputs,
    outputs: [made.index],
    options: transposeConvolutionOptions(window),
    data: 2,
  });
  made.bound();
  if (padding !== undefined) return;
  const [begin, kept] = [[0, ...sliding.begin, 0], storedShape(output.shape, channelsLast)];
  const source = to.read(whole, channelsLast);
  to.emit({
    kind: 'SLICE',
    inputs: [source, to.list(begin), to.list(kept)],
    outputs: [to.make(output, channelsLast)],
    options: plainOptions.SLICE,
  });
}

/** Height and width of what all windows reach, or of what is kept where that is more. */
function fullExtents(
  { strides, kernel, begin }: Sliding,
  { image, output }: { readonly image: Operand; readonly output: Operand },
): readonly [number, number] {
  const along = (axis: 0 | 1): number => {
    const reached = ((image.shape[axis + 2] ?? 0) - 1) * strides[axis] + kernel[axis];
    return Math.max(reached, begin[axis] + (output.shape[axis + 2] ?? 0));
  };
  return [along(0), along(1)];
}
