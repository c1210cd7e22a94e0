import type { SampleForm } from '../../common/training/sample_form';

/** For each possible byte of red, green and blue what the network reads; and where in a pixel it stands. */
interface ByteTable {
  readonly values: readonly Float32Array[];
  readonly places: readonly number[];
}

/** Pixels as the network reads them, NHWC: in its order of channels, on its scale, normalized. */
export function createNormalizer(form: SampleForm): (pixels: Uint8Array) => Float32Array {
  const { values, places } = byteTable(form);
  return (pixels) => {
    const normalized = new Float32Array(pixels.length);
    for (let channel = 0; channel < 3; channel += 1) {
      const table = values[channel] ?? new Float32Array(256);
      const place = places[channel] ?? channel;
      for (let index = 0; index < pixels.length; index += 3)
        normalized[index + place] = table[pixels[index + channel] ?? 0] ?? 0;
    }
    return normalized;
  };
}

function byteTable({ channelOrder, scale, mean, std }: SampleForm): ByteTable {
  return {
    values: [0, 1, 2].map((channel) =>
      Float32Array.from({ length: 256 }, (_, byte) => {
        const value = scale === 'unit' ? byte / 255 : byte;
        return (value - (mean[channel] ?? 0)) / (std[channel] ?? 1);
      }),
    ),
    places: channelOrder === 'rgb' ? [0, 1, 2] : [2, 1, 0],
  };
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
