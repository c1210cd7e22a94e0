/** A seeded generator of uniform numbers. Equal seeds give equal sequences on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Fills with uniform numbers in [-1, 1]: millions of weights in milliseconds. */
  readonly fill: (values: Float32Array) => void;
  /** Uniform integer in [0, bound). */
  readonly below: (bound: number) => number;
  /** Normal with mean 0 and standard deviation 1 (Box-Muller). */
  readonly normal: () => number;
  /** An independent generator for a named purpose, so that a new consumer does not shift the others' numbers. */
  readonly derive: (purpose: string) => Random;
}

/** Not for secrets: sfc32, seeded by a hash. */
export function createRandom(seed: number | string): Random {
  const generator = sfc32(hashSeed(String(seed)));
  const next = (): number => (generator.next() >>> 0) / 4294967296;
  return {
    next,
    fill: generator.fill,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    derive: (purpose) => createRandom(`${seed}/${purpose}`),
  };
}

type Seed = readonly [number, number, number, number];

/** Four FNV-1a hashes with different offsets: enough to spread short strings over sfc32's state. */
function hashSeed(text: string): Seed {
  const hash = (offset: number): number => {
    let value = (2166136261 ^ offset) >>> 0;
    for (let index = 0; index < text.length; index += 1)
      value = Math.imul(value ^ text.charCodeAt(index), 16777619) >>> 0;
    return value;
  };
  return [hash(0), hash(0x9e3779b9), hash(0x85ebca6b), hash(0xc2b2ae35)];
}

interface Generator {
  /** 32 random bits as a signed integer. */
  readonly next: () => number;
  readonly fill: (values: Float32Array) => void;
}

/** Chris Doty-Humphrey's small fast counter generator, PractRand 0.95 (public domain). */
function sfc32(seed: Seed): Generator {
  let [a, b, c, counter] = seed;
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result;
  };
  for (let round = 0; round < 12; round += 1) next();
  // The same steps on local variables, which the compiler keeps in registers.
  const fill = (values: Float32Array): void => {
    let [x, y, z, count] = [a, b, c, counter];
    for (let index = 0; index < values.length; index += 1) {
      const result = (x + y + count) | 0;
      count = (count + 1) | 0;
      x = y ^ (y >>> 9);
      y = (z + (z << 3)) | 0;
      z = (((z << 21) | (z >>> 11)) + result) | 0;
      values[index] = result / 2147483648;
    }
    [a, b, c, counter] = [x, y, z, count];
  };
  return { next, fill };
}
