import type { Random } from '../../common/random';
import type { ImageBatch } from './labelled_images';

interface Size {
  readonly size: readonly [number, number];
  /** Labels are of pixels, and move with them. */
  readonly isMask: boolean;
}

/** Of each side, how far an image may be shifted. */
const shiftShare = 1 / 8;
/** Brightness, contrast and saturation change by up to so much. */
const colourShare = 0.2;

/** Flips, shifts and colours each image by chance; what is shifted in repeats the edge. The batch itself stays as it is. */
export function augmented(batch: ImageBatch, { size, isMask }: Size, random: Random): ImageBatch {
  const [height, width] = size;
  const count = batch.pixels.length / (height * width * 3);
  const pixels = new Uint8Array(batch.pixels.length);
  const labels = isMask ? new Int32Array(batch.labels.length) : batch.labels;
  for (let image = 0; image < count; image += 1) {
    const flips = random.next() < 0.5;
    const [down, right] = [shiftOf(height, random), shiftOf(width, random)];
    const colour = colourChange(random);
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1) {
        const fromRow = clamp(row - down, height);
        const shifted = clamp(column - right, width);
        const fromColumn = flips ? width - 1 - shifted : shifted;
        const from = image * height * width + fromRow * width + fromColumn;
        const to = image * height * width + row * width + column;
        recolour(batch.pixels, from * 3, { pixels, to: to * 3, colour });
        if (isMask) labels[to] = batch.labels[from] ?? 0;
      }
  }
  return { pixels, labels };
}

function shiftOf(side: number, random: Random): number {
  const most = Math.floor(side * shiftShare);
  return random.below(2 * most + 1) - most;
}

function clamp(at: number, length: number): number {
  return Math.min(length - 1, Math.max(0, at));
}

interface ColourChange {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

function colourChange(random: Random): ColourChange {
  const change = (): number => colourShare * (2 * random.next() - 1);
  return { brightness: 255 * change() * 0.5, contrast: 1 + change(), saturation: 1 + change() };
}

/** Runs for each pixel of each step: no arrays are made. */
function recolour(
  from: Uint8Array,
  at: number,
  {
    pixels,
    to,
    colour,
  }: { readonly pixels: Uint8Array; readonly to: number; readonly colour: ColourChange },
): void {
  const { brightness, contrast, saturation } = colour;
  const grey = 0.299 * (from[at] ?? 0) + 0.587 * (from[at + 1] ?? 0) + 0.114 * (from[at + 2] ?? 0);
  for (let channel = 0; channel < 3; channel += 1) {
    const saturated = grey + ((from[at + channel] ?? 0) - grey) * saturation;
    const changed = (saturated - 128) * contrast + 128 + brightness;
    pixels[to + channel] = Math.min(255, Math.max(0, Math.round(changed)));
  }
}
