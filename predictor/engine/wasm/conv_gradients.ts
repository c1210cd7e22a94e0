import {
  add,
  backend_util,
  concat,
  conv2d,
  depthwiseConv2d,
  matMul,
  mul,
  ones,
  pad,
  registerKernel,
  reshape,
  reverse,
  slice,
  stack,
  stridedSlice,
  tidy,
  transpose,
  unregisterKernel,
  getKernelsForBackend,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Rank,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { ownValue } from '../../../common/own_value';

type Info = backend_util.Conv2DInfo;
type RowColumn = [number, number];
type Gradient = (operands: readonly [Tensor4D, Tensor4D], info: Info) => Tensor4D;

/** Attributes of the kernels below; a convolution's gradient knows no dilation, a depthwise one does. */
interface ConvAttributes {
  readonly strides: RowColumn | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dilations?: RowColumn | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: string;
  readonly filterShape?: [number, number, number, number];
  readonly inputShape?: [number, number, number, number];
}

/**
 * Gradients of convolutions out of forward operations that the backend has fast: matrix products for filters, a
 * convolution with the turned filter for inputs. NHWC.
 */
export function registerConvGradients(backendName: string): void {
  const present = new Set(getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  const register = (
    kernelName: string,
    [first, second]: readonly [string, string],
    depthwise: boolean,
    gradient: Gradient,
  ): void => {
    if (present.has(kernelName)) unregisterKernel(kernelName, backendName);
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const pair: [Tensor4D, Tensor4D] = [operand(inputs, first), operand(inputs, second)];
        return tidy(() => gradient(pair, convInfo(attrs, pair, depthwise)));
      },
    });
  };
  register('Conv2DBackpropFilter', ['x', 'dy'], false, convFilter);
  register('Conv2DBackpropInput', ['dy', 'filter'], false, convInput);
  register('DepthwiseConv2dNativeBackpropFilter', ['x', 'dy'], true, depthwiseFilter);
  register('DepthwiseConv2dNativeBackpropInput', ['dy', 'filter'], true, depthwiseInput);
}

function operand(inputs: NamedTensorInfoMap, name: string): Tensor4D {
  return ownValue(inputs, name) as Tensor4D;
}

function convInfo(
  attrs: NamedAttrMap | undefined,
  [first, second]: readonly [Tensor4D, Tensor4D],
  depthwise: boolean,
): Info {
  const given = attrs as unknown as ConvAttributes;
  if ((given.dataFormat ?? 'NHWC') !== 'NHWC') throw new Error('convolutions are NHWC here');
  return backend_util.computeConv2DInfo(
    given.inputShape ?? first.shape,
    given.filterShape ?? second.shape,
    given.strides,
    given.dilations ?? 1,
    given.pad,
    given.dimRoundingMode,
    depthwise,
  );
}

/** dW[i, j] = (what the filter's place i, j saw)ᵀ · dy */
const convFilter: Gradient = ([x, dy], info) => {
  const rows = dy.size / info.outChannels;
  const gradient = reshape<Rank.R2>(dy, [rows, info.outChannels]);
  const places = seen(x, info).map((view) =>
    // The backend's products with an operand that it is to turn itself are slow.
    matMul(transpose(reshape<Rank.R2>(view, [rows, info.inChannels])), gradient),
  );
  return reshape(stack(places), info.filterShape);
};

const convInput: Gradient = ([dy, filter], info) => {
  const turned = transpose(turn(filter, info), [0, 1, 3, 2]);
  return conv2d(spread(dy, info), turned, 1, 'valid', 'NHWC', dilations(info));
};

const depthwiseFilter: Gradient = ([x, dy], info) => {
  const { inChannels, outChannels } = info;
  const rows = dy.size / outChannels;
  const gradient = reshape(dy, [rows, inChannels, outChannels / inChannels]);
  const sum = ones<Rank.R2>([1, rows]);
  const places = seen(x, info).map((view) =>
    matMul(
      sum,
      reshape<Rank.R2>(mul(gradient, reshape(view, [rows, inChannels, 1])), [rows, outChannels]),
    ),
  );
  return reshape(concat(places, 0), info.filterShape);
};

const depthwiseInput: Gradient = ([dy, filter], info) => {
  const { inChannels, outChannels, batchSize, outHeight, outWidth } = info;
  const multiplier = outChannels / inChannels;
  const turned = turn(filter, info);
  const split = reshape(dy, [batchSize * outHeight * outWidth, inChannels, multiplier]);
  const parts = Array.from({ length: multiplier }, (_, index) => {
    const part = multiplier === 1 ? dy : slice(split, [0, 0, index], [-1, -1, 1]);
    const image = reshape<Rank.R4>(part, [batchSize, outHeight, outWidth, inChannels]);
    const weights = slice(turned, [0, 0, 0, index], [-1, -1, -1, 1]);
    return depthwiseConv2d(spread(image, info), weights, 1, 'valid', 'NHWC', dilations(info));
  });
  return parts.reduce((sum, part) => add(sum, part));
};

/** For each place of the filter, row by row, what it was multiplied with: [N, outHeight, outWidth, C]. */
function seen(x: Tensor4D, info: Info): Tensor[] {
  const { padInfo, filterHeight, filterWidth, outHeight, outWidth, strideHeight, strideWidth } =
    info;
  const { top, bottom, left, right } = padInfo;
  const padded =
    top + bottom + left + right === 0 ? x : pad(x, around([top, bottom], [left, right]));
  const [batch, , , channels] = x.shape;
  return Array.from({ length: filterHeight * filterWidth }, (_, place) => {
    const row = Math.floor(place / filterWidth) * info.dilationHeight;
    const column = (place % filterWidth) * info.dilationWidth;
    const from = [0, row, column, 0];
    if (strideHeight === 1 && strideWidth === 1)
      return outHeight === padded.shape[1] && outWidth === padded.shape[2]
        ? padded
        : slice(padded, from, [batch, outHeight, outWidth, channels]);
    const to = [
      batch,
      row + (outHeight - 1) * strideHeight + 1,
      column + (outWidth - 1) * strideWidth + 1,
      channels,
    ];
    return stridedSlice(padded, from, to, [1, strideHeight, strideWidth, 1]);
  });
}

/** The gradient with its values a stride apart, in a border that makes a valid convolution as large as the input. */
function spread(dy: Tensor4D, info: Info): Tensor4D {
  const { padInfo, inHeight, inWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  const apart = strideApart(strideApart(dy, 1, info.strideHeight), 2, info.strideWidth);
  const border = (axis: 1 | 2, before: number, size: number): RowColumn => {
    const length = apart.shape[axis];
    return [before, size - length - before];
  };
  const rows = border(
    1,
    effectiveFilterHeight - 1 - padInfo.top,
    inHeight + effectiveFilterHeight - 1,
  );
  const columns = border(
    2,
    effectiveFilterWidth - 1 - padInfo.left,
    inWidth + effectiveFilterWidth - 1,
  );
  return resize(apart, rows, columns);
}

function strideApart(image: Tensor4D, axis: 1 | 2, stride: number): Tensor4D {
  if (stride === 1) return image;
  const [batch, height, width, channels] = image.shape;
  const rows = axis === 1 ? batch * height : batch * height * width;
  const values = axis === 1 ? width * channels : channels;
  const padded = pad(reshape(image, [rows, 1, values]), [
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ]);
  const grown: [number, number, number] =
    axis === 1 ? [batch, height * stride, width] : [batch, height, width * stride];
  const full = reshape<Rank.R4>(padded, [...grown, channels]);
  const size = [...full.shape];
  size[axis] = full.shape[axis] - (stride - 1);
  return slice(full, [0, 0, 0, 0], size);
}

/** Pads, or crops where a border is negative. */
function resize(image: Tensor4D, rows: RowColumn, columns: RowColumn): Tensor4D {
  const out = (border: number): number => Math.max(0, border);
  const [batch, height, width, channels] = image.shape;
  const padded = pad(
    image,
    around([out(rows[0]), out(rows[1])], [out(columns[0]), out(columns[1])]),
  );
  if (Math.min(...rows, ...columns) >= 0) return padded;
  return slice(
    padded,
    [0, out(-rows[0]), out(-columns[0]), 0],
    [batch, height + rows[0] + rows[1], width + columns[0] + columns[1], channels],
  );
}

function around(rows: RowColumn, columns: RowColumn): [RowColumn, RowColumn, RowColumn, RowColumn] {
  return [[0, 0], rows, columns, [0, 0]];
}

function turn(filter: Tensor4D, { filterHeight, filterWidth }: Info): Tensor4D {
  return filterHeight * filterWidth === 1 ? filter : reverse(filter, [0, 1]);
}

function dilations({ dilationHeight, dilationWidth }: Info): RowColumn {
  return [dilationHeight, dilationWidth];
}
