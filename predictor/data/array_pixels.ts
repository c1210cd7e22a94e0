import { BadInputError } from '../../common/bad_input';
import { npyValues } from '../../model/calibration/npy';
import type { ArrayTable } from './array_table';

interface ArrayPixels {
  readonly height: number;
  readonly width: number;
  /** Red, green, blue of each pixel. */
  readonly pixelsAt: (index: number) => Promise<Uint8Array>;
}

type Layout = 'interleaved' | 'planes' | 'grey';

/** So many images tell on what scale all are. */
const lookedAt = 64;

/** Images of N x H x W x 3, N x 3 x H x W, or grey N x H x W (x 1); bytes, or real numbers from 0 to 1 or to 255. @throws BadInputError for others */
export async function pixelsOfArrays(table: ArrayTable): Promise<ArrayPixels> {
  const { layout, height, width } = layoutOf(table);
  const factor = await byteFactor(table);
  return {
    height,
    width,
    pixelsAt: async (index) => {
      const values = npyValues(await table.rows(index), table.elementType);
      const pixels = new Uint8Array(height * width * 3);
      const [pixelStep, channelStep] = steps[layout](height * width);
      for (let pixel = 0; pixel < height * width; pixel += 1)
        for (let channel = 0; channel < 3; channel += 1) {
          const value = factor * (values[pixel * pixelStep + channel * channelStep] ?? 0);
          pixels[3 * pixel + channel] = Math.min(255, Math.max(0, Math.round(value)));
        }
      return pixels;
    },
  };
}

/** How far one pixel, and one channel, is from the next. */
const steps: Readonly<Record<Layout, (plane: number) => readonly [number, number]>> = {
  interleaved: () => [3, 1],
  planes: (plane) => [1, plane],
  grey: () => [1, 0],
};

function layoutOf({ shown, shape }: ArrayTable): {
  readonly layout: Layout;
  readonly height: number;
  readonly width: number;
} {
  const [, first = 0, second = 0, third = 0] = shape;
  if (shape.length === 4 && third === 3)
    return { layout: 'interleaved', height: first, width: second };
  if (shape.length === 4 && first === 3) return { layout: 'planes', height: second, width: third };
  if (shape.length === 3 || (shape.length === 4 && third === 1))
    return { layout: 'grey', height: first, width: second };
  throw new BadInputError(
    `${shown}: has shape ${shape.join('x')}; expected images of N x H x W x 3, N x 3 x H x W, or grey N x H x W`,
  );
}

/** From the array's scale to bytes. @throws BadInputError for values that are no brightness, as normalized ones */
async function byteFactor(table: ArrayTable): Promise<number> {
  if (table.elementType === 'uint8') return 1;
  const count = table.shape[0] ?? 0;
  const step = Math.max(1, Math.floor(count / lookedAt));
  let [least, most] = [Infinity, -Infinity];
  for (let index = 0; index < count; index += step)
    for (const value of npyValues(await table.rows(index), table.elementType)) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  if (!(least >= 0 && most <= 255))
    throw new BadInputError(
      `${table.shown}: has values from ${least.toPrecision(3)} to ${most.toPrecision(3)}; expected pixels from 0 to 1 or to 255: mean and deviation are taken off when a network reads them`,
    );
  return most <= 1 ? 255 : 1;
}
