import fc from 'fast-check';
import {
  adbCommands,
  encodePacket,
  largestPayloadBytes,
  type AdbCommand,
  type AdbPacket,
  PacketReader,
} from '../../../phones/adb/packet';

const anyPacket: fc.Arbitrary<AdbPacket> = fc.record({
  command: fc.constantFrom(...(Object.keys(adbCommands) as AdbCommand[])),
  argument0: fc.nat(0xffffffff),
  argument1: fc.nat(0xffffffff),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

test('a packet has the bytes that the protocol prescribes', () => {
  const bytes = encodePacket(
    { command: 'OPEN', argument0: 1, argument1: 0, payload: Buffer.from('shell:ls\0') },
    true,
  );
  // OPEN, 1, 0, 9 bytes, their sum 0x355, the complement of OPEN.
  expect(bytes.toString('hex')).toBe(
    '4f50454e' +
      '01000000' +
      '00000000' +
      '09000000' +
      sumHex('shell:ls\0') +
      'b0afbab1' +
      Buffer.from('shell:ls\0').toString('hex'),
  );
  expect(
    encodePacket(
      { command: 'OPEN', argument0: 1, argument1: 0, payload: Buffer.from('x') },
      false,
    ).readUInt32LE(16),
  ).toBe(0);
});

test('whatever the pieces, packets come out as they went in', () => {
  fc.assert(
    fc.property(
      fc.array(anyPacket, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1 }),
      fc.boolean(),
      (packets, cuts, checksummed) => {
        const reader = new PacketReader();
        reader.verifyChecksums = checksummed;
        const bytes = Buffer.concat(packets.map((packet) => encodePacket(packet, checksummed)));
        const read: AdbPacket[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const piece = bytes.subarray(at, at + cuts[turn % cuts.length]!);
          at += piece.length;
          for (const event of reader.feed(piece))
            if (event.kind === 'packet')
              read.push({ ...event.packet, payload: Buffer.from(event.packet.payload) });
        }
        expect(read).toEqual(packets);
      },
    ),
  );
});

test('garbage breaks the reader once and for all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 24, maxLength: 2000 }), (bytes) => {
      const reader = new PacketReader();
      const events = [...reader.feed(Buffer.from(bytes))];
      expect(events.every((event) => ['broken', 'packet'].includes(event.kind))).toBe(true);
      if (events.some((event) => event.kind === 'broken'))
        expect([
          ...reader.feed(
            encodePacket(
              { command: 'OKAY', argument0: 1, argument1: 1, payload: Buffer.alloc(0) },
              false,
            ),
          ),
        ]).toEqual([]);
    }),
  );
});

test('a payload beyond the limit or with a wrong checksum is refused before it is awaited', () => {
  const long = encodePacket(
    { command: 'WRTE', argument0: 1, argument1: 1, payload: Buffer.alloc(0) },
    false,
  );
  long.writeUInt32LE(largestPayloadBytes + 1, 12);
  expect([...new PacketReader().feed(long)]).toEqual([
    { kind: 'broken', reason: expect.stringContaining('longer') as string },
  ]);
  const wrong = new PacketReader();
  wrong.verifyChecksums = true;
  const bytes = encodePacket(
    { command: 'WRTE', argument0: 1, argument1: 1, payload: Buffer.from('abc') },
    true,
  );
  bytes.write('X', 24);
  expect([...wrong.feed(bytes)]).toEqual([
    { kind: 'broken', reason: expect.stringContaining('checksum') as string },
  ]);
});

function sumHex(text: string): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE([...Buffer.from(text)].reduce((total, byte) => total + byte, 0));
  return sum.toString('hex');
}
