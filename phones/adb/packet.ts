/**
 * One message of the ADB transport: six little-endian words and a payload.
 * https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/protocol.txt
 */
export interface AdbPacket {
  readonly command: AdbCommand;
  readonly argument0: number;
  readonly argument1: number;
  readonly payload: Buffer;
}

export const adbCommands = {
  CNXN: 0x4e584e43,
  OPEN: 0x4e45504f,
  OKAY: 0x59414b4f,
  WRTE: 0x45545257,
  CLSE: 0x45534c43,
  SYNC: 0x434e5953,
  AUTH: 0x48545541,
  STLS: 0x534c5453,
} as const;
export type AdbCommand = keyof typeof adbCommands;

/** Since this version neither side computes checksums. */
export const versionWithoutChecksum = 0x01000001;
/** What current adb servers offer; a longer payload is not ADB. */
export const largestPayloadBytes = 1024 * 1024;
const headerBytes = 24;

const commandByWord = new Map<number, AdbCommand>(
  Object.entries(adbCommands).map(([name, word]) => [word, name as AdbCommand]),
);

/** Header and payload as one buffer. */
export function encodePacket(packet: AdbPacket, checksummed: boolean): Buffer {
  const header = Buffer.alloc(headerBytes);
  const word = adbCommands[packet.command];
  header.writeUInt32LE(word, 0);
  header.writeUInt32LE(packet.argument0, 4);
  header.writeUInt32LE(packet.argument1, 8);
  header.writeUInt32LE(packet.payload.length, 12);
  header.writeUInt32LE(checksummed ? byteSum(packet.payload) : 0, 16);
  header.writeUInt32LE((word ^ 0xffffffff) >>> 0, 20);
  return packet.payload.length === 0 ? header : Buffer.concat([header, packet.payload]);
}

type PacketEvent =
  | { readonly kind: 'packet'; readonly packet: AdbPacket }
  | { readonly kind: 'broken'; readonly reason: string };

/** Cuts a byte stream into packets. Holds at most one header and one payload; after `broken` it stays broken. */
export class PacketReader {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #broken = false;
  /** Set once the peer's version is known: newer peers send zero instead of the checksum. */
  verifyChecksums = false;

  *feed(data: Buffer): Generator<PacketEvent, void> {
    if (this.#broken) return;
    this.#pending.push(data);
    this.#pendingBytes += data.length;
    while (this.#pendingBytes >= headerBytes) {
      const header = this.#peekHeader();
      const payloadBytes = header.readUInt32LE(12);
      const command = commandByWord.get(header.readUInt32LE(0));
      const problem = headerProblem(header, command, payloadBytes);
      if (problem !== undefined || command === undefined) {
        yield this.#break(problem ?? 'unknown command');
        return;
      }
      if (this.#pendingBytes < headerBytes + payloadBytes) return;
      const whole = this.#take(headerBytes + payloadBytes);
      const payload = whole.subarray(headerBytes);
      if (this.verifyChecksums && byteSum(payload) !== header.readUInt32LE(16)) {
        yield this.#break('payload does not match its checksum');
        return;
      }
      yield {
        kind: 'packet',
        packet: {
          command,
          argument0: header.readUInt32LE(4),
          argument1: header.readUInt32LE(8),
          payload,
        },
      };
    }
  }

  #break(reason: string): PacketEvent {
    this.#broken = true;
    this.#pending = [];
    this.#pendingBytes = 0;
    return { kind: 'broken', reason };
  }

  #peekHeader(): Buffer {
    const first = this.#pending[0];
    if (first !== undefined && first.length >= headerBytes) return first.subarray(0, headerBytes);
    const joined = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [joined];
    return joined.subarray(0, headerBytes);
  }

  #take(sizeBytes: number): Buffer {
    const first = this.#pending[0];
    const joined =
      this.#pending.length === 1 && first !== undefined
        ? first
        : Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pendingBytes -= sizeBytes;
    this.#pending = this.#pendingBytes === 0 ? [] : [joined.subarray(sizeBytes)];
    return joined.subarray(0, sizeBytes);
  }
}

function headerProblem(
  header: Buffer,
  command: AdbCommand | undefined,
  payloadBytes: number,
): string | undefined {
  if ((header.readUInt32LE(0) ^ 0xffffffff) >>> 0 !== header.readUInt32LE(20))
    return 'magic does not match the command';
  if (command === undefined) return 'unknown command';
  if (payloadBytes > largestPayloadBytes)
    return `payload of ${payloadBytes} bytes is longer than ${largestPayloadBytes}`;
  return undefined;
}

function byteSum(payload: Buffer): number {
  let sum = 0;
  for (const byte of payload) sum = (sum + byte) >>> 0;
  return sum;
}
