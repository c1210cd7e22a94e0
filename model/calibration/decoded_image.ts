import sharp from 'sharp';
import { BadInputError } from '../../common/bad_input';
import type { SampleForm } from '../../common/training/sample_form';
import { readRegularFile } from './regular_file';

/** How an image becomes one of the size that the network reads. */
export type CropForm = Pick<SampleForm, 'size' | 'cropShare'>;

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

/**
 * Red, green, blue of each pixel, row by row: turned as its camera says, its shorter side resized, its middle cropped, white where it is transparent.
 * @throws BadInputError that names the file and what is wrong with it
 */
export async function decodeImage(path: string, form: CropForm): Promise<Uint8Array> {
  return ofFile(path, async (image) => {
    const pixels = await cropped(image.rotate(), form, 'linear')
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    if (pixels.length !== 3 * form.size[0] * form.size[1])
      throw new BadInputError(`${path}: is not an image in red, green and blue`);
    return pixels;
  });
}

/** The classes of an image's pixels, from a grey image whose values they are; cropped as images are, without a value in between. @throws BadInputError */
export async function decodeMask(path: string, form: CropForm): Promise<Uint8Array> {
  return ofFile(path, async (image) => {
    const { channels, depth } = await image.metadata();
    if (channels !== 1 || depth !== 'uchar')
      throw new BadInputError(
        `${path}: has ${channels} channels of ${depth}; expected a grey image of 8 bits whose values are the classes of its pixels`,
      );
    const values = await cropped(image.rotate(), form, 'nearest')
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    if (values.length !== form.size[0] * form.size[1])
      throw new BadInputError(`${path}: is not a grey image`);
    return values;
  });
}

/** Pixels of another size, fitted as the images in files are. Takes three channels for images, one for masks. */
export async function fitPixels(
  pixels: Uint8Array,
  { height, width, channels }: Extent,
  form: CropForm,
): Promise<Uint8Array> {
  if (height === form.size[0] && width === form.size[1] && form.cropShare === 1) return pixels;
  const image = sharp(pixels, { raw: { height, width, channels } });
  const fitted = cropped(image, form, channels === 1 ? 'nearest' : 'linear');
  return fitted
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
}

interface Extent {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

function cropped(
  image: sharp.Sharp,
  { size: [height, width], cropShare }: CropForm,
  kernel: 'linear' | 'nearest',
): sharp.Sharp {
  const [tall, wide] = [Math.round(height / cropShare), Math.round(width / cropShare)];
  const left = Math.trunc((wide - width) / 2);
  const top = Math.trunc((tall - height) / 2);
  return image.resize(wide, tall, { fit: 'cover', kernel }).extract({ left, top, width, height });
}

async function ofFile(
  path: string,
  read: (image: sharp.Sharp) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  try {
    const image = sharp(await readRegularFile(path, largestFileBytes, wantedImage), {
      limitInputPixels: mostPixels,
      failOn: 'error',
      sequentialRead: true,
    });
    const { width, height } = await image.metadata();
    if (Math.min(width, height) < smallestSide)
      throw new BadInputError(
        `${path}: has ${String(width)}x${String(height)} pixels; expected an image of at least ${String(smallestSide)}x${String(smallestSide)}`,
      );
    return await read(image);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    const [reason = ''] = (error instanceof Error ? error.message : '').split('\n');
    throw new BadInputError(
      `${path}: cannot be read as an image (${reason.replaceAll(path, '').slice(0, 120).trim()}); leave it out or mend it`,
    );
  }
}

const wantedImage = 'leave it out or mend it';
