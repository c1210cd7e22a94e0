import { runShell } from '../shell/interpreter';
import { runProgram } from '../programs/run_program';
import type { PhoneSystem } from '../system/phone_system';
import type { AdbStream } from './stream';

/** Packet ids of the shell protocol, version 2. https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/shell_protocol.h */
const packetIds = { output: 1, errors: 2, exit: 3 } as const;

/**
 * Serves `shell:`, `shell,v2,…:` and `exec:`. The shell leads its own process group, and its programs outlive the
 * stream: whoever wants them ended must kill them on the phone.
 */
export function serveShell(name: string, stream: AdbStream, phone: PhoneSystem): boolean {
  const colon = name.indexOf(':');
  const script = name.slice(colon + 1);
  const withPackets = name.slice(0, colon).split(',').includes('v2');
  const process = phone.processes.start(undefined, ['/system/bin/sh', '-c', script]);
  if (process === undefined) return false;
  const writer = (id: number) => ({
    write: (data: Buffer | string) =>
      stream.write(withPackets ? shellPacket(id, Buffer.from(data)) : Buffer.from(data)),
  });
  const output = writer(packetIds.output);
  const errors = withPackets ? writer(packetIds.errors) : output;
  const finish = (status: number): void => {
    const exitStatus = phone.processes.finish(process, status);
    if (withPackets) stream.write(shellPacket(packetIds.exit, Buffer.from([exitStatus & 0xff])));
    stream.end();
  };
  runShell(script, {
    phone,
    process,
    runProgram,
    streams: { input: Buffer.alloc(0), output, errors },
  }).then(finish, (error: unknown) => {
    errors.write(`sh: internal error: ${error instanceof Error ? error.message : 'unknown'}\n`);
    finish(1);
  });
  process.killed.addEventListener('abort', () => stream.end(), { once: true });
  return true;
}

function shellPacket(id: number, data: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(id, 0);
  header.writeUInt32LE(data.length, 1);
  return Buffer.concat([header, data]);
}
