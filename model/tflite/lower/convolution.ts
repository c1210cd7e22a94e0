import { convolutionOptions, depthwiseOptions, plainOptions, transposeConvolutionOptions, type Padding } from '../builtin_options';
import { fusedActivation } from '../fused_activation';
import { channelsLast, storedShape, type Layout } from '../layout';
import { bytesOf, draftTensor, type Lowering } from '../lowering';
import type { Operand, Step } from '../quantized_steps';
import { Unsupported } from '../unsupported';
import { inputOf, outputOf, type Lower } from './family';
import { groupsOf, ownPadding, paddedImage, slidingOf } from './windows';

/** ONNX's O, I, H, W in TFLite's order, for depthwise ones with O last: 1, H, W, O. */
const weightLayout: Layout = channelsLast;
const depthwiseLayout: Layout = [1, 2, 3, 0];
/** ONNX's I, O, H, W of a transposed convolution as O, H, W, I. */
const transposedLayout: Layout = [1, 2, 3, 0];

export const convolutionFamily: Readonly<Record<string, Lower>> = { Conv: convolution, ConvTranspose: transposedConvolution };

function convolution(step: Step, to: Lowering): void {
  const { node } = step;
  const [image, weight, output] = [inputOf(step, 0), inputOf(step, 1), outputOf(step)];
  const sliding = slidingOf(node, weight.shape.slice(2), { input: image.shape, output: output.shape });
  const { image: padded, window } = paddedImage(to, image, { sliding, filling: 'zero' });
  const groups = groupsOf(node);
  const activation = fusedActivation(step);
  const bias = biasOf(step, to);
  const made = to.make(output, channelsLast);
  const { dilations } = sliding;
  if (groups > 1 && weight.shape[1] === 1 && groups === image.shape[1]) {
    const multiplier = (weight.shape[0] ?? 0) / groups;
    to.emit({ kind: 'DEPTHWISE_CONV_2D', inputs: [padded, to.read(weight, depthwiseLayout), bias], outputs: [made], options: depthwiseOptions(window, { dilations, multiplier }, activation) });
    return;
  }
  const options = convolutionOptions(window, dilations, activation);
  to.emit({ kind: 'CONV_2D', inputs: [padded, to.read(weight, weightLayout), bias], outputs: [made], options, needs: { groupedConvolution: groups > 1 } });
}

function biasOf(step: Step, to: Lowering): number {
  const bias = step.inputs[2];
  if (bias !== undefined) return integerBias(step, to, bias);
  return zeroBias(to, { name: step.node.name, image: inputOf(step, 0), channels: outputOf(step).shape[1] ?? 0, weightScales: inputOf(step, 1).quantization?.scales ?? Float32Array.of(1) });
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
  return to.constant({ name: `${name}/bias`, elementType: wide ? 'int64' : 'int32', shape: [channels], quantization: { scales, zeroPoint: 0, axis: 0 } }, new Uint8Array(channels * (wide ? 8 : 4)));
}

/** int32; int64 beside 16-bit activations, whose sums are longer. */
export function integerBias(step: Step, to: Lowering, bias: Operand): number {
  const { constant } = bias;
  if (constant?.elementType !== 'int32' || bias.quantization === undefined) throw new Unsupported(step.node, 'its bias is not quantized to int32');
  if (inputOf(step, 0).elementType !== 'uint16') return to.read(bias, [0]);
  return to.constant({ ...draftTensor(bias, [0]), elementType: 'int64' }, bytesOf(BigInt64Array.from(constant.data, BigInt)));
}

/** TFLite pads as its SAME does or not at all: other padding is cut off behind a VALID one. */
function transposedConvolution(step: Step, to: Lowering): void {
  const { node } = step;
  const [image, weight, output] = [inputOf(step, 0), inputOf(step, 1), outputOf(step)];
  if (groupsOf(node) !== 1) throw new Unsupported(node, 'TFLite has no grouped transposed convolution; use a Resize and a Conv');
  // The convolution whose gradient this is slides over the output.
  const sliding = slidingOf(node, weight.shape.slice(2), { input: output.shape, output: image.shape });
  if (sliding.dilations.some((dilation) => dilation !== 1)) throw new Unsupported(node, 'TFLite has no dilated transposed convolution');
  const padding = ownPadding(sliding, output.shape);
  const full = padding === undefined ? [0, 1].map((axis) => ((image.shape[axis + 2] ?? 0) - 1) * (sliding.strides[axis as 0 | 1]) + sliding.kernel[axis as 0 | 1]) : output.shape.slice(2);
  const shape = [output.shape[0] ?? 1, full[0] ?? 1, full[1] ?? 1, output.shape[1] ?? 1];
  const made = padding === undefined ? to.between({ ...draftTensor(output, channelsLast), name: `${output.name}/full`, shape }) : to.make(output, channelsLast);
  const inputs = [to.list(shape), to.read(weight, transposedLayout), to.read(image, channelsLast), biasOf(step, to)];
  const window = { padding: padding ?? ('VALID' satisfies Padding), strides: sliding.strides };
  to.emit({ kind: 'TRANSPOSE_CONV', inputs, outputs: [made], options: transposeConvolutionOptions(window, fusedActivation(step)), data: 2 });
  if (padding !== undefined) return;
  const begin = [0, ...sliding.begin, 0];
  const kept = storedShape(output.shape, channelsLast);
  if (begin.some((start, axis) => start + (kept[axis] ?? 0) > (shape[axis] ?? 0))) throw new Unsupported(node, 'its output_padding reaches beyond the last window; use a Resize and a Conv');
  to.emit({ kind: 'SLICE', inputs: [made, to.list(begin), to.list(kept)], outputs: [to.make(output, channelsLast)], options: plainOptions.SLICE });
}
