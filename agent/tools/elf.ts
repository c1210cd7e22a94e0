import { open } from 'node:fs/promises';

/** Machines of the ELF header's `e_machine`: https://www.sco.com/developers/gabi/latest/ch4.eheader.html */
const machines: ReadonlyMap<number, string> = new Map([
  [0x03, 'x86'],
  [0x28, 'arm'],
  [0x3e, 'x86_64'],
  [0xa4, 'hexagon'],
  [0xb7, 'arm64'],
]);

/** Bytes up to and with `e_machine`. */
const headerBytes = 20;

/** For which processor a program or library was built; null for what is none, such as a web page. */
export async function elfMachine(file: string): Promise<string | null> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    if (bytesRead < headerBytes || buffer.readUInt32BE(0) !== 0x7f454c46) return null;
    const littleEndian = buffer.readUInt8(5) === 1;
    const machine = littleEndian ? buffer.readUInt16LE(18) : buffer.readUInt16BE(18);
    return machines.get(machine) ?? `machine ${String(machine)}`;
  } finally {
    await handle.close();
  }
}
