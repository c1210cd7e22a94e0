import type { SampleForm } from '../../common/training/sample_form';
import { normalizerOf } from '../../model/calibration/normalizer';

/** Pixels as the network reads them, NHWC. */
export function createNormalizer(form: SampleForm): (pixels: Uint8Array) => Float32Array {
  return normalizerOf(form, 'nhwc');
}

/** NHWC to NCHW. */
export function channelsFirst(
  data: Float32Array,
  [batch, height, width, channels]: readonly [number, number, number, number],
): Float32Array {
  const result = new Float32Array(data.length);
  const plane = height * width;
  for (let image = 0; image < batch; image += 1)
    for (let channel = 0; channel < channels; channel += 1) {
      const to = (image * channels + channel) * plane;
      const from = image * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel += 1)
        result[to + pixel] = data[from + pixel * channels] ?? 0;
    }
  return result;
}

/** NCHW to NHWC. */
export function channelsLast(
  data: Float32Array,
  [batch, channels, height, width]: readonly [number, number, number, number],
): Float32Array {
  const result = new Float32Array(data.length);
  const plane = height * width;
  for (let image = 0; image < batch; image += 1)
    for (let channel = 0; channel < channels; channel += 1) {
      const from = (image * channels + channel) * plane;
      const to = image * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel += 1)
        result[to + pixel * channels] = data[from + pixel] ?? 0;
    }
  return result;
}
