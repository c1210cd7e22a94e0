import type { SampleForm } from '../../common/training/sample_form';

/** What becomes of the values of an image's pixels. */
export type ValueForm = Pick<SampleForm, 'channelOrder' | 'scale' | 'mean' | 'std'>;

/** Pixel by pixel, or channel by channel. */
type ImageLayout = 'nhwc' | 'nchw';

/**
 * Pixels as a network reads them: in its order of channels, on its scale, normalized. Takes red, green, blue of each pixel, of as many images as there are; all
 * images that a network sees in calibration, training and evaluation go through here. `pixelsEach` of one image, for channels one after the other.
 */
export function normalizerOf(
  form: ValueForm,
  layout: ImageLayout,
): (pixels: Uint8Array, pixelsEach?: number) => Float32Array {
  const tables = [0, 1, 2].map((channel) => valuesOf(form, channel));
  const places = form.channelOrder === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  return (pixels, pixelsEach = pixels.length / 3) => {
    const normalized = new Float32Array(pixels.length);
    const [pixelStep, channelStep] = layout === 'nhwc' ? [3, 1] : [1, pixelsEach];
    for (let channel = 0; channel < 3; channel += 1) {
      const table = tables[channel] ?? new Float32Array(256);
      const place = (places[channel] ?? channel) * channelStep;
      for (let image = 0; image < pixels.length; image += 3 * pixelsEach)
        for (let pixel = 0; pixel < pixelsEach; pixel += 1)
          normalized[image + place + pixel * pixelStep] =
            table[pixels[image + 3 * pixel + channel] ?? 0] ?? 0;
    }
    return normalized;
  };
}

/** For each possible byte of a channel what the network reads. */
function valuesOf({ scale, mean, std }: ValueForm, channel: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const value = scale === 'unit' ? byte / 255 : byte;
    return (value - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
}
