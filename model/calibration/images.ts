import sharp from 'sharp';
import { BadInputError } from '../../common/bad_input';
import { readRegularFile } from './regular_file';
import type { InputForm, SampleSource } from './sample_source';

/** What is done to an image before the network sees it: resized and cropped in its middle, scaled to [0, 1], normalized. */
export interface ImagePreparation {
  /** Of the channels red, green, blue, on the scale of 0 to 1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** As torchvision's pretrained networks: the shorter side to 256 where 224 are cropped; ImageNet's mean and deviation. */
export const imageNetPreparation: ImagePreparation = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const cropShare = 224 / 256;

export const imageExtensions: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.bmp',
]);

/** A photograph has fewer; an image that unpacks to more is a mistake or an attack. */
const mostPixels = 100_000_000;
/** Larger than any photograph that has no more pixels. */
const largestFileBytes = 2 ** 29;
/** Below it an image is enlarged so much that its statistics are those of the enlargement. */
const smallestSide = 8;

/** Images for an input of 1x3xHxW. They are decoded one by one. @throws BadInputError for other inputs */
export function openImages(
  paths: readonly string[],
  input: InputForm,
  preparation: ImagePreparation,
): SampleSource {
  const [batch, channels, height = 0, width = 0] = input.shape;
  if (input.shape.length !== 4 || batch !== 1 || channels !== 3)
    throw new BadInputError(
      `calibration with images needs an input of shape 1x3xHxW; '${input.name}' has ${input.shape.join('x')}; give .npy files`,
    );
  async function* samples(): AsyncGenerator<Float32Array> {
    for (const path of paths) yield normalized(await decode(path, { height, width }), preparation);
  }
  return { count: paths.length, samples };
}

/** Red, green, blue of each pixel, row by row. */
async function decode(
  path: string,
  { height, width }: { readonly height: number; readonly width: number },
): Promise<Uint8Array> {
  try {
    const image = sharp(await readRegularFile(path, largestFileBytes), {
      limitInputPixels: mostPixels,
      failOn: 'error',
      sequentialRead: true,
    });
    const size = await image.metadata();
    if (Math.min(size.width, size.height) < smallestSide)
      throw new BadInputError(
        `${path}: has ${String(size.width)}x${String(size.height)} pixels; expected an image of at least ${String(smallestSide)}x${String(smallestSide)}`,
      );
    const [tall, wide] = [Math.round(height / cropShare), Math.round(width / cropShare)];
    const crop = {
      left: Math.trunc((wide - width) / 2),
      top: Math.trunc((tall - height) / 2),
      width,
      height,
    };
    const pixels = await image
      .rotate()
      .resize(wide, tall, { fit: 'cover', kernel: 'linear' })
      .extract(crop)
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    if (pixels.length !== 3 * height * width)
      throw new BadInputError(`${path}: is not an image in red, green and blue`);
    return pixels;
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    const [reason = ''] = (error instanceof Error ? error.message : '').split('\n');
    throw new BadInputError(
      `${path}: cannot be read as an image (${reason.replaceAll(path, '').slice(0, 120).trim()}); leave it out or mend it`,
    );
  }
}

/** Channels one after the other. */
function normalized(pixels: Uint8Array, { mean, std }: ImagePreparation): Float32Array {
  const plane = pixels.length / 3;
  const values = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel += 1) {
    const [scale, shift] = [
      1 / (255 * (std[channel] ?? 1)),
      (mean[channel] ?? 0) / (std[channel] ?? 1),
    ];
    for (let index = 0; index < plane; index += 1)
      values[channel * plane + index] = (pixels[3 * index + channel] ?? 0) * scale - shift;
  }
  return values;
}
