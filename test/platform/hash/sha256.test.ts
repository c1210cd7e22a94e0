import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { sha256Hex } from '../../../platform/hash/sha256';

const byNode = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('SHA-256 of a text', () => {
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j is as the standard says', (text, digest) => {
    expect(sha256Hex(text)).toBe(digest);
  });

  test('is the one of node:crypto, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(sha256Hex(text)).toBe(byNode(text));
      }),
    );
  });

  test('is so at every length around the ends of blocks', () => {
    for (let length = 50; length <= 140; length += 1) {
      const text = 'x'.repeat(length);
      expect(sha256Hex(text)).toBe(byNode(text));
    }
  });

  test('is so for a long text', () => {
    const text = 'a segment of a network, '.repeat(20_000);
    expect(sha256Hex(text)).toBe(byNode(text));
  });
});
