/**
 * SHA-256 (FIPS 180-4) of a text's UTF-8 bytes, in hexadecimal. For what must run anywhere, by the same rules as the rest of it: whoever has files
 * to hash has node:crypto, which is a hundred times faster.
 */
export function sha256Hex(text: string): string {
  const message = padded(new TextEncoder().encode(text));
  const state = new Uint32Array(initialState);
  for (let offset = 0; offset < message.byteLength; offset += blockBytes)
    compress(state, new DataView(message.buffer, offset, blockBytes));
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

const blockBytes = 64;
const rounds = 64;
const wordRange = 2 ** 32;

/** Fractional bits of the square roots of the first eight primes, and of the cube roots of the first 64 (4.2.2, 5.3.3). */
const primes = firstPrimes(rounds);
const initialState = primes.slice(0, 8).map((prime) => fractionBits(Math.sqrt(prime)));
const roundConstants = primes.map((prime) => fractionBits(Math.cbrt(prime)));

function firstPrimes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
}

function fractionBits(root: number): number {
  return Math.floor((root - Math.floor(root)) * wordRange);
}

/** A one bit, zeros, and the length in bits as 64 of them (5.1.1). */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / blockBytes) * blockBytes);
  message.set(bytes);
  message[bytes.length] = 0x80;
  new DataView(message.buffer).setBigUint64(message.length - 8, BigInt(bytes.length) * 8n);
  return message;
}

/** One block into the state (6.2.2). */
function compress(state: Uint32Array, block: DataView): void {
  const schedule = scheduleOf(block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < rounds; round += 1) {
    const chosen = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const mixed = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + mixed + chosen + (roundConstants[round] ?? 0) + (schedule[round] ?? 0)) | 0;
    const second = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = (state[index] ?? 0) + word;
  });
}

function scheduleOf(block: DataView): Int32Array {
  const words = new Int32Array(rounds);
  for (let index = 0; index < rounds; index += 1) {
    if (index < 16) {
      words[index] = block.getInt32(4 * index);
      continue;
    }
    const [early = 0, late = 0] = [words[index - 15], words[index - 2]];
    const first = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const second = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    words[index] = (words[index - 16] ?? 0) + first + (words[index - 7] ?? 0) + second;
  }
  return words;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
