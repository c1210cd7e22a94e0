import { open, type FileHandle } from 'node:fs/promises';
import { systemClock } from '../../../platform/time/clock';
import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, type Result } from '../../../common/result';
import { withinLimits } from '../call_scope';
import type { PushOptions } from '../device';
import { quoted, readSections, type PhoneLink } from './shell';
import { sendFile } from './sync';
import type { SyncConnections } from './sync_connections';

/** adbd cleans up as soon as it sees the stream end, unless the phone's storage stalls. */
const removalLooks = 10;
const removalPauseMs = 200;
const removalDeadlineMs = 10_000;

interface Push {
  readonly localPath: string;
  readonly devicePath: string;
}

/**
 * One round trip, straight to the final name. A partial file under it harms nobody: whoever was not told that the push
 * succeeded does not use the file, and after our death or the phone's the next agent removes models and compares the
 * tools' digests before it uses what it finds. So no second round trip for a rename is paid for each job.
 */
export async function pushToPhone(
  link: PhoneLink,
  connections: SyncConnections,
  push: Push,
  options: PushOptions,
): Promise<Result<void, FarmFault>> {
  const limits = {
    what: `push of ${push.devicePath}`,
    deadlineMs: options.deadlineMs,
    signal: options.signal,
    gone: link.gone,
  };
  const mode = options.executable ? 0o755 : 0o644;
  const progress = { begun: false };
  const sent = await withinLimits(limits, (signal) =>
    withFile(push.localPath, (file) =>
      connections.use(signal, (connection) => {
        progress.begun = true;
        return sendFile(connection, file, { devicePath: push.devicePath, mode });
      }),
    ),
  );
  if (!sent.ok && progress.begun && sent.error.code !== 'disconnected')
    await awaitRemoval(link, push.devicePath);
  return sent;
}

async function withFile(
  localPath: string,
  work: (file: FileHandle) => Promise<Result<void, FarmFault>>,
): Promise<Result<void, FarmFault>> {
  let file: FileHandle;
  try {
    file = await open(localPath, 'r');
  } catch (error) {
    return fail(
      farmFault(
        'artifact-unavailable',
        `cannot read the file to push: ${(error as Error).message}`,
      ),
    );
  }
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/**
 * adbd removes what it has of a broken push, by name and in its own time. A file that is pushed to that name meanwhile
 * could be removed in its place, so this waits until it is gone, and removes it itself only if nobody does.
 * https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/daemon/file_sync_service.cpp
 */
async function awaitRemoval(link: PhoneLink, devicePath: string): Promise<void> {
  const path = quoted(devicePath);
  const limits = { what: 'removing a partial file', deadlineMs: removalDeadlineMs };
  for (let look = 0; look < removalLooks; look += 1) {
    const sections = await readSections(link, [`test -f ${path} && echo there`], limits);
    if (!sections.ok || sections.value[0]?.trim() !== 'there') return;
    await systemClock.sleep(removalPauseMs, link.gone);
  }
  await readSections(link, [`rm -f ${path}`], limits);
}
