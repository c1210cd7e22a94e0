import fc from 'fast-check';
import { countFields, countInnerFields } from '../../proto/wire_fields';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('counting the fields of a protobuf message', () => {
  it.each([
    ['nothing', '', 0],
    ['numbers of one byte and of two', '08 05 10 96 01', 2],
    ['a text with what looks like fields in it', '0a 04 08 08 08 08', 1],
    ['eight bytes and four', '09 0000000000000000 15 00000000', 2],
    ['fields of no length', '1a 00 1a 00 1a 00', 3],
    ['a text that ends too early', '0a 7f 41', 1],
  ])('sees %s', (_, text, count) => expect(countFields(hex(text), 100)).toBe(count));

  it('looks into what the fields hold', () => {
    expect(countInnerFields(hex('0a 06 1a 00 1a 00 08 01 12 02 08 01'), 100)).toBe(4);
    expect(countInnerFields(hex('0a 00 0a 00'), 100)).toBe(2);
  });

  it('goes no further than it is asked to', () => {
    const empty = Buffer.alloc(2_000, Buffer.from([0x1a, 0]));
    expect([countFields(empty, 10), countInnerFields(empty, 10)]).toEqual([11, 11]);
  });

  it('ends, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(countFields(bytes, 1_000)).toBeLessThanOrEqual(bytes.byteLength);
        expect(countInnerFields(bytes, 1_000)).toBeLessThanOrEqual(1_001);
      }),
    );
  });
});
