/** A seeded generator of uniform numbers. Equal seeds give equal sequences on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Uniform integer in [0, bound). */
  readonly below: (bound: number) => number;
  /** Normal with mean 0 and standard deviation 1 (Box-Muller). */
  readonly normal: () => number;
  /** An independent generator for a named purpose, so that a new consumer does not shift the others' numbers. */
  readonly derive: (purpose: string) => Random;
}

/** Not for secrets: sfc32, seeded by a hash. */
export function createRandom(seed: number | string): Random {
  const next = sfc32(hashSeed(String(seed)));
  return {
    next,
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
    for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 16777619) >>> 0;
    return value;
  };
  return [hash(0), hash(0x9e3779b9), hash(0x85ebca6b), hash(0xc2b2ae35)];
}

/** Chris Doty-Humphrey's small fast counter generator, PractRand 0.95 (public domain). */
function sfc32(seed: Seed): () => number {
  let [a, b, c, counter] = seed;
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result | 0;
    return (result >>> 0) / 4294967296;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}
