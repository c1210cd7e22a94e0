import type { Random } from '../../common/random';
import { outsideOf, shapeCount } from './shapes';

/** Grows with every change of what is drawn: equal seeds then no longer give equal images. */
export const sceneVersion = 1;

interface Placed {
  readonly shape: number;
  readonly x: number;
  readonly y: number;
  /** Distance of the outline from the middle, in pixels. */
  readonly radius: number;
  readonly rotation: number;
  readonly squeeze: number;
}

interface Paint {
  readonly colour: readonly [number, number, number];
  /** Waves over the colour: amplitude, and phase per pixel in either direction. */
  readonly amplitude: number;
  readonly waveX: number;
  readonly waveY: number;
}

interface Scene {
  readonly pixels: Uint8Array;
  /** For each pixel 0, or 1 and the shape's number. */
  readonly mask: Uint8Array;
}

/** A shape on clutter, with textures, light and noise, as `label` says. Height and width are `side`. */
export function drawScene(label: number, side: number, random: Random): Scene {
  const background = paint(random);
  const canvas = new Canvas(side, background, random);
  for (let count = 1 + random.below(3); count > 0; count -= 1)
    canvas.draw(fragment(side, random), paint(random), false);
  canvas.draw(subject(label, side, random), contrasting(background, random), true);
  for (let count = random.below(2); count > 0; count -= 1)
    canvas.draw(speck(side, random), paint(random), false);
  return canvas.finish(random);
}

function subject(shape: number, side: number, random: Random): Placed {
  const radius = side * (0.26 + 0.16 * random.next());
  const room = side / 2 - radius * 0.8;
  return {
    shape,
    x: side / 2 + (2 * random.next() - 1) * room,
    y: side / 2 + (2 * random.next() - 1) * room,
    radius,
    rotation: 2 * Math.PI * random.next(),
    squeeze: 0.85 + 0.3 * random.next(),
  };
}

/** Part of the clutter behind the subject: any shape, too small to be taken for it. */
function fragment(side: number, random: Random): Placed {
  return { ...speck(side, random), radius: side * (0.06 + 0.08 * random.next()) };
}

/** What hides a bit of the subject. */
function speck(side: number, random: Random): Placed {
  return {
    shape: random.below(shapeCount),
    x: side * random.next(),
    y: side * random.next(),
    radius: side * (0.03 + 0.05 * random.next()),
    rotation: 2 * Math.PI * random.next(),
    squeeze: 0.5 + random.next(),
  };
}

function paint(random: Random): Paint {
  const frequency = 0.3 + 1.2 * random.next();
  const direction = Math.PI * random.next();
  return {
    colour: [random.next(), random.next(), random.next()],
    amplitude: random.next() < 0.5 ? 0 : 0.05 + 0.2 * random.next(),
    waveX: frequency * Math.cos(direction),
    waveY: frequency * Math.sin(direction),
  };
}

/** At least so far from the background, as a sum over the channels. */
const leastContrast = 0.5;

function contrasting({ colour }: Paint, random: Random): Paint {
  for (let tries = 0; tries < 20; tries += 1) {
    const candidate = paint(random);
    const distance = candidate.colour.reduce(
      (sum, value, channel) => sum + Math.abs(value - (colour[channel] ?? 0)),
      0,
    );
    if (distance >= leastContrast) return candidate;
  }
  const [red, green, blue] = colour;
  return { colour: [1 - red, 1 - green, 1 - blue], amplitude: 0, waveX: 0, waveY: 0 };
}

class Canvas {
  readonly #side: number;
  readonly #values: Float32Array;
  readonly #mask: Uint8Array;

  constructor(side: number, background: Paint, random: Random) {
    this.#side = side;
    this.#values = new Float32Array(side * side * 3);
    this.#mask = new Uint8Array(side * side);
    const [slopeX, slopeY] = [(random.next() - 0.5) / side, (random.next() - 0.5) / side];
    for (let pixel = 0; pixel < side * side; pixel += 1) {
      const [x, y] = [pixel % side, Math.floor(pixel / side)];
      const light = slopeX * x + slopeY * y + wave(background, x, y);
      for (let channel = 0; channel < 3; channel += 1)
        this.#values[pixel * 3 + channel] = (background.colour[channel] ?? 0) + light;
    }
  }

  draw(placed: Placed, colours: Paint, isSubject: boolean): void {
    const { x, y, radius, rotation, squeeze } = placed;
    const side = this.#side;
    const [cosine, sine] = [Math.cos(rotation), Math.sin(rotation)];
    const reach = Math.ceil(radius * 1.4) + 1;
    for (let row = Math.max(0, Math.floor(y) - reach); row < Math.min(side, y + reach); row += 1)
      for (
        let column = Math.max(0, Math.floor(x) - reach);
        column < Math.min(side, x + reach);
        column += 1
      ) {
        const [dx, dy] = [(column - x) / radius, ((row - y) / radius) * squeeze];
        const outside = outsideOf(placed.shape, dx * cosine + dy * sine, dy * cosine - dx * sine);
        const coverage = Math.min(1, Math.max(0, 0.5 - outside * radius));
        if (coverage === 0) continue;
        const pixel = row * side + column;
        const light = wave(colours, column, row);
        for (let channel = 0; channel < 3; channel += 1) {
          const at = pixel * 3 + channel;
          const below = this.#values[at] ?? 0;
          this.#values[at] = below + coverage * ((colours.colour[channel] ?? 0) + light - below);
        }
        if (coverage > 0.5) this.#mask[pixel] = isSubject ? placed.shape + 1 : 0;
      }
  }

  /** With the camera's noise. */
  finish(random: Random): Scene {
    const noise = new Float32Array(this.#values.length);
    random.fill(noise);
    const deviation = 0.16 * random.next();
    const pixels = new Uint8Array(noise.length);
    for (let index = 0; index < noise.length; index += 1) {
      const value = (this.#values[index] ?? 0) + deviation * (noise[index] ?? 0);
      pixels[index] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
    return { pixels, mask: this.#mask };
  }
}

function wave({ amplitude, waveX, waveY }: Paint, x: number, y: number): number {
  return amplitude === 0 ? 0 : amplitude * Math.sin(waveX * x + waveY * y);
}
