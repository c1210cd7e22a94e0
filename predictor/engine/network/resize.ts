import * as tf from '@tensorflow/tfjs-core';

/** How values between pixels are found; names as ONNX has them. https://onnx.ai/onnx/operators/onnx__Resize.html */
export interface Sampling {
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubicCoefficient: number;
  readonly excludesOutside: boolean;
}

/** One axis of an image: so many pixels become so many. */
export interface AxisResizing extends Sampling {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/**
 * A resized image is a product of matrices, whatever its kind: rows from the left, columns from the right. So it has a gradient on every backend, of which some have
 * none of their own resizing.
 */
export function resizeImage(
  x: tf.Tensor4D,
  [rows, columns]: readonly [AxisResizing, AxisResizing],
): tf.Tensor4D {
  const [samples, , , channels] = x.shape;
  const tall = product(rows, tf.reshape(x, [samples, rows.from, columns.from * channels]));
  const wide = product(columns, tf.reshape(tall, [samples * rows.to, columns.from, channels]));
  return tf.reshape(wide, [samples, rows.to, columns.to, channels]);
}

function product(axis: AxisResizing, x: tf.Tensor3D): tf.Tensor3D {
  const weights = tf.tensor3d(axisWeights(axis), [1, axis.to, axis.from]);
  return tf.matMul(tf.tile(weights, [x.shape[0], 1, 1]), x);
}

/** The weight of each pixel before (columns) in each pixel after (rows). */
function axisWeights(axis: AxisResizing): Float32Array {
  const weights = new Float32Array(axis.to * axis.from);
  for (let to = 0; to < axis.to; to += 1) {
    const taps = tapsAt(axis, coordinateOf(axis, to));
    const inside = taps.filter(({ pixel }) => pixel >= 0 && pixel < axis.from);
    const kept = axis.excludesOutside && axis.mode === 'cubic' ? inside : taps;
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    for (const { pixel, weight } of kept) {
      const at = to * axis.from + Math.min(axis.from - 1, Math.max(0, pixel));
      weights[at] = (weights[at] ?? 0) + weight / total;
    }
  }
  return weights;
}

function coordinateOf({ coordinates, from, to, scale }: AxisResizing, pixel: number): number {
  switch (coordinates) {
    case 'align_corners':
      return to === 1 ? 0 : (pixel * (from - 1)) / (to - 1);
    case 'asymmetric':
      return pixel / scale;
    case 'pytorch_half_pixel':
      return to === 1 ? 0 : (pixel + 0.5) / scale - 0.5;
    default:
      return (pixel + 0.5) / scale - 0.5;
  }
}

interface Tap {
  readonly pixel: number;
  readonly weight: number;
}

function tapsAt(
  { mode, rounding, cubicCoefficient }: Sampling,
  coordinate: number,
): readonly Tap[] {
  const below = Math.floor(coordinate);
  const share = coordinate - below;
  if (mode === 'nearest') return [{ pixel: nearest(rounding, coordinate), weight: 1 }];
  if (mode === 'linear')
    return [
      { pixel: below, weight: 1 - share },
      { pixel: below + 1, weight: share },
    ];
  return [-1, 0, 1, 2].map((step) => ({
    pixel: below + step,
    weight: cubic(Math.abs(share - step), cubicCoefficient),
  }));
}

function nearest(rounding: string, coordinate: number): number {
  switch (rounding) {
    case 'floor':
      return Math.floor(coordinate);
    case 'ceil':
      return Math.ceil(coordinate);
    case 'round_prefer_ceil':
      return Math.floor(coordinate + 0.5);
    default:
      return Math.ceil(coordinate - 0.5);
  }
}

/** Keys, https://doi.org/10.1109/TASSP.1981.1163711 */
function cubic(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return 0;
}
