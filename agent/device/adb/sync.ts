import Protocol from '@devicefarmer/adbkit/dist/src/adb/protocol';
import type Connection from '@devicefarmer/adbkit/dist/src/adb/connection';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { adbFault, isStorageFull } from './adb_fault';
import { closeConnection, openDeviceService, readBytes } from './connection';
import type { PhoneLink } from './shell';

/** The sync protocol's own bound for one DATA frame. https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/SYNC.TXT */
const largestFrameBytes = 64 * 1024;

/** Read from disk at once: sixteen frames, so that a small model is one read and one write. */
const batchBytes = 16 * largestFrameBytes;

const regularFile = 0o100000;

/**
 * Sends a local file to `devicePath` by the sync service; answers with the bytes sent.
 *
 * adbkit's own `Sync.pushStream` is not used: after its first wait for `drain` it rejects a promise that nobody holds
 * any more, so a source or a connection that breaks later is lost and the transfer hangs, and it reports `end` after
 * `error`. https://github.com/DeviceFarmer/adbkit/blob/master/src/adb/sync.ts (_writeData)
 */
export async function sendFile(link: PhoneLink, localPath: string, target: { readonly devicePath: string; readonly mode: number }, signal: AbortSignal): Promise<Result<number, FarmFault>> {
  let file: FileHandle;
  try {
    file = await open(localPath, 'r');
  } catch (error) {
    return fail(farmFault('artifact-unavailable', `cannot read the file to push: ${(error as Error).message}`));
  }
  try {
    const opened = await openDeviceService(link.address, link.adbSerial, 'sync:', signal);
    if (!opened.ok) return opened;
    try {
      return await transfer(opened.value, file, `${target.devicePath},${regularFile | target.mode}`);
    } catch (error) {
      return fail(adbFault(error));
    } finally {
      closeConnection(opened.value);
    }
  } finally {
    await file.close();
  }
}

async function transfer(connection: Connection, file: FileHandle, target: string): Promise<Result<number, FarmFault>> {
  // The phone may refuse (disk full) while we still send, so its answer is awaited from the start.
  const progress = { answered: false, sentBytes: 0 };
  const answer = readAnswer(connection).finally(() => {
    progress.answered = true;
  });
  answer.catch(() => undefined);
  await write(connection, frame(Protocol.SEND, Buffer.from(target)));
  const batch = Buffer.allocUnsafe(batchBytes);
  for (;;) {
    const { bytesRead } = await file.read(batch, 0, batch.length, progress.sentBytes);
    if (bytesRead === 0 || progress.answered) break;
    await write(connection, framed(batch.subarray(0, bytesRead)));
    progress.sentBytes += bytesRead;
  }
  if (!progress.answered) await write(connection, header(Protocol.DONE, Math.floor(Date.now() / 1000)));
  const fault = await answer;
  return fault === null ? ok(progress.sentBytes) : fail(fault);
}

async function write(connection: Connection, bytes: Buffer): Promise<void> {
  const { socket } = connection;
  if (socket.write(bytes) || socket.destroyed) return;
  // A closed socket never drains.
  const closed = new AbortController();
  const onClose = (): void => closed.abort();
  socket.once('close', onClose);
  try {
    await once(socket, 'drain', { signal: closed.signal });
  } finally {
    socket.removeListener('close', onClose);
  }
}

async function readAnswer(connection: Connection): Promise<FarmFault | null> {
  const id = (await readBytes(connection, 4)).toString('latin1');
  const length = (await readBytes(connection, 4)).readUInt32LE(0);
  if (id === Protocol.OKAY) return null;
  if (id !== Protocol.FAIL || length > largestFrameBytes) return farmFault('transfer-failed', `the phone answered ${JSON.stringify(id)} to a push`);
  const message = (await readBytes(connection, length)).toString('utf8');
  return farmFault(isStorageFull(message) ? 'storage-full' : 'transfer-failed', `the phone refused the file: ${message}`);
}

function framed(bytes: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += largestFrameBytes) frames.push(frame(Protocol.DATA, bytes.subarray(start, start + largestFrameBytes)));
  return Buffer.concat(frames);
}

function frame(id: string, payload: Buffer): Buffer {
  return Buffer.concat([header(id, payload.length), payload]);
}

function header(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(id, 'latin1');
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
