import type { Float32Tensor, Tensor } from '../../onnx/graph';
import {
  quantizeInt32,
  weightScale,
  weightScaleForBias,
  type WeightEncoding,
} from '../encoding/encoding';

/** 2^52 + 2^51, see roundHalfEven: written out in the loop below, which runs once per weight of every candidate. */
const roundingOffset = 6755399441055744;

/** The channel of an element is (index / inner) mod channels. */
interface ChannelLayout {
  readonly channels: number;
  readonly inner: number;
}

function layoutOf(tensor: Float32Tensor, axis: number | null): ChannelLayout {
  if (axis === null) return { channels: 1, inner: Math.max(1, tensor.data.length) };
  return {
    channels: tensor.shape[axis] ?? 1,
    inner: tensor.shape.slice(axis + 1).reduce((product, size) => product * size, 1),
  };
}

/** The largest absolute value of each channel, or of the tensor where the axis is null. */
function largestMagnitudes(tensor: Float32Tensor, axis: number | null): Float32Array {
  const { channels, inner } = layoutOf(tensor, axis);
  const largest = new Float32Array(channels);
  const { data } = tensor;
  for (
    let start = 0, channel = 0;
    start < data.length;
    start += inner, channel = channel + 1 === channels ? 0 : channel + 1
  ) {
    let magnitude = largest[channel] ?? 0;
    for (let index = start; index < start + inner; index += 1) {
      const value = Math.abs(data[index] ?? 0);
      if (value > magnitude) magnitude = value;
    }
    largest[channel] = magnitude;
  }
  return largest;
}

/** Symmetric int8 that holds every weight. */
export function minMaxWeightEncoding(tensor: Float32Tensor, axis: number | null): WeightEncoding {
  return { axis, scales: largestMagnitudes(tensor, axis).map(weightScale) };
}

/** AIMET's min_max: −128 is used too, so that a channel whose extreme is negative has a scale of 127/128 of what it would have. */
export function fullRangeWeightEncoding(
  tensor: Float32Tensor,
  axis: number | null,
): WeightEncoding {
  const { channels, inner } = layoutOf(tensor, axis);
  const scales = new Float32Array(channels);
  tensor.data.forEach((value, index) => {
    const channel = Math.trunc(index / inner) % channels;
    scales[channel] = Math.max(scales[channel] ?? 0, value < 0 ? value / -128 : value / 127);
  });
  return { axis, scales: scales.map((scale) => weightScale(scale * 127)), least: -128 };
}

/** Candidates of the search below, from half of the largest magnitude on: what 8 bits gain by clipping more is nothing. */
const scaleCandidates = 25;
const smallestShare = 0.5;

/** Symmetric int8 with the scale of least squared error for each channel, among shares of the largest magnitude. */
export function leastErrorWeightEncoding(
  tensor: Float32Tensor,
  axis: number | null,
): WeightEncoding {
  const largest = largestMagnitudes(tensor, axis);
  const best = largest.map(weightScale);
  const leastError = squaredErrors(tensor, { axis, scales: best });
  for (let candidate = 0; candidate < scaleCandidates; candidate += 1) {
    const share = smallestShare + ((1 - smallestShare) * candidate) / scaleCandidates;
    const scales = largest.map((magnitude) => weightScale(magnitude * share));
    squaredErrors(tensor, { axis, scales }).forEach((error, channel) => {
      if (error >= (leastError[channel] ?? 0)) return;
      leastError[channel] = error;
      best[channel] = scales[channel] ?? 1;
    });
  }
  return { axis, scales: best };
}

function squaredErrors(tensor: Float32Tensor, { axis, scales }: WeightEncoding): Float64Array {
  const { channels, inner } = layoutOf(tensor, axis);
  const { data } = tensor;
  const errors = new Float64Array(channels);
  for (
    let start = 0, channel = 0;
    start < data.length;
    start += inner, channel = channel + 1 === channels ? 0 : channel + 1
  ) {
    const scale = scales[channel] ?? 1;
    let sum = 0;
    for (let index = start; index < start + inner; index += 1) {
      const value = data[index] ?? 0;
      const rounded = value / scale + roundingOffset - roundingOffset;
      const error = value - scale * (rounded > 127 ? 127 : rounded < -127 ? -127 : rounded);
      sum += error * error;
    }
    errors[channel] = (errors[channel] ?? 0) + sum;
  }
  return errors;
}

/** The encoding, where needed with wider scales, so that the accumulator's bias fits into int32. */
export function withRoomForBias(
  encoding: WeightEncoding,
  bias: Float32Tensor,
  inputScale: number,
): WeightEncoding {
  const { scales } = encoding;
  const needed = new Float32Array(scales.length);
  for (let channel = 0; channel < bias.data.length; channel += 1) {
    const slot = channel % scales.length;
    needed[slot] = Math.max(
      needed[slot] ?? 0,
      weightScaleForBias(bias.data[channel] ?? 0, inputScale),
    );
  }
  if (scales.every((scale, channel) => scale >= (needed[channel] ?? 0))) return encoding;
  return {
    ...encoding,
    scales: scales.map((scale, channel) => Math.max(scale, needed[channel] ?? 0)),
  };
}

/** Integers from −127, or the encoding's least, to 127 with the encoding's scales. */
export function quantizeWeight(
  tensor: Float32Tensor,
  { axis, scales, least = -127 }: WeightEncoding,
): Tensor {
  const { channels, inner } = layoutOf(tensor, axis);
  const { data } = tensor;
  const integers = new Int8Array(data.length);
  for (
    let start = 0, channel = 0;
    start < data.length;
    start += inner, channel = channel + 1 === channels ? 0 : channel + 1
  ) {
    const scale = scales[channel] ?? 1;
    for (let index = start; index < start + inner; index += 1) {
      integers[index] =
        (Math.min(Math.max((data[index] ?? 0) / scale, least), 127) +
          roundingOffset -
          roundingOffset) |
        0;
    }
  }
  return { elementType: 'int8', shape: tensor.shape, data: integers };
}

/** int32 in units of input scale times weight scale, which is what the accumulator counts. */
export function quantizeBias(bias: Float32Tensor, scales: Float32Array): Tensor {
  const only = scales.length === 1 ? scales[0] : undefined;
  return {
    elementType: 'int32',
    shape: bias.shape,
    data: Int32Array.from(bias.data, (value, channel) =>
      quantizeInt32(value, only ?? scales[channel] ?? 1),
    ),
  };
}
