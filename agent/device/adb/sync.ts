import Protocol from '@devicefarmer/adbkit/dist/src/adb/protocol';
import type Connection from '@devicefarmer/adbkit/dist/src/adb/connection';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { isStorageFull } from './adb_fault';
import { readBytes } from './connection';

/** The sync protocol's own bound for one DATA frame. https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/SYNC.TXT */
const largestFrameBytes = 64 * 1024;

/** Read from disk at once: sixteen frames, so that a small model is one read and one write. */
const batchBytes = 16 * largestFrameBytes;

const regularFile = 0o100000;

interface SyncTarget {
  readonly devicePath: string;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Sends a local file by the sync service and compares the size there; throws when the connection breaks. After a
 * refusal the connection is of no more use.
 *
 * adbkit's own `Sync.pushStream` is not used: after its first wait for `drain` it rejects a promise that nobody holds
 * any more, so a source or a connection that breaks later is lost and the transfer hangs, and it reports `end` after
 * `error`. https://github.com/DeviceFarmer/adbkit/blob/master/src/adb/sync.ts (_writeData)
 */
export async function sendFile(
  connection: Connection,
  file: FileHandle,
  target: SyncTarget,
): Promise<Result<void, FarmFault>> {
  const { size: sizeBytes } = await file.stat();
  // The phone may refuse (disk full) while we still send, so its answer is awaited from the start.
  const progress = { answered: false };
  const answer = readAnswer(connection, target, sizeBytes).finally(() => {
    progress.answered = true;
  });
  answer.catch(() => undefined);
  const batch = Buffer.allocUnsafe(Math.min(batchBytes, sizeBytes));
  let unsent = frame(
    Protocol.SEND,
    Buffer.from(`${target.devicePath},${regularFile | target.mode}`),
  );
  for (let sentBytes = 0; sentBytes < sizeBytes && !progress.answered;) {
    const { bytesRead } = await file.read(
      batch,
      0,
      Math.min(batch.length, sizeBytes - sentBytes),
      sentBytes,
    );
    if (bytesRead === 0)
      return fail(
        farmFault(
          'artifact-unavailable',
          `the file to push became shorter than ${sizeBytes} bytes`,
        ),
      );
    sentBytes += bytesRead;
    const frames = [unsent, ...framed(batch.subarray(0, bytesRead))];
    unsent = Buffer.alloc(0);
    await write(
      connection,
      Buffer.concat(sentBytes < sizeBytes ? frames : [...frames, ending(target)]),
    );
  }
  if (sizeBytes === 0) await write(connection, Buffer.concat([unsent, ending(target)]));
  return await answer;
}

/** The size is asked for in the same breath: the phone does one thing after another. */
function ending({ devicePath }: SyncTarget): Buffer {
  return Buffer.concat([
    header(Protocol.DONE, Math.floor(Date.now() / 1000)),
    frame(Protocol.STAT, Buffer.from(devicePath)),
  ]);
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

/** The answer to the file (OKAY and four bytes of nothing), then the one to STAT (mode, size and time, four bytes each). */
async function readAnswer(
  connection: Connection,
  target: SyncTarget,
  sentBytes: number,
): Promise<Result<void, FarmFault>> {
  const sent = await readBytes(connection, 8);
  if (idOf(sent) !== Protocol.OKAY) return fail(await readRefusal(connection, sent));
  const stat = await readBytes(connection, 16);
  if (idOf(stat) !== Protocol.STAT)
    return fail(
      farmFault(
        'transfer-failed',
        `the phone answered ${JSON.stringify(idOf(stat))} to a question for a size`,
      ),
    );
  const arrivedBytes = stat.readUInt32LE(8);
  if (arrivedBytes === sentBytes % 2 ** 32) return ok(undefined);
  return fail(
    farmFault(
      'transfer-failed',
      `${target.devicePath}: sent ${sentBytes} bytes, the phone has ${arrivedBytes}`,
    ),
  );
}

async function readRefusal(connection: Connection, answer: Buffer): Promise<FarmFault> {
  const length = answer.readUInt32LE(4);
  if (idOf(answer) !== Protocol.FAIL || length > largestFrameBytes)
    return farmFault(
      'transfer-failed',
      `the phone answered ${JSON.stringify(idOf(answer))} to a push`,
    );
  const message = (await readBytes(connection, length)).toString('utf8');
  return farmFault(
    isStorageFull(message) ? 'storage-full' : 'transfer-failed',
    `the phone refused the file: ${message}`,
  );
}

function idOf(answer: Buffer): string {
  return answer.toString('latin1', 0, 4);
}

function framed(bytes: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += largestFrameBytes) {
    const payload = bytes.subarray(start, start + largestFrameBytes);
    frames.push(header(Protocol.DATA, payload.length), payload);
  }
  return frames;
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
