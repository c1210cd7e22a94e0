import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { withinLimits } from '../call_scope';
import type { PushOptions } from '../device';
import { isStorageFull } from './adb_fault';
import { drawMarker, quoted, readSections, type PhoneLink } from './shell';
import { sendFile } from './sync';

/** For the shell call after the bytes have arrived, and for removing a partial file. */
const settleDeadlineMs = 10_000;

/**
 * Two round trips: the bytes go to a temporary name, then one shell call compares the size there and renames. A rename
 * is atomic, so whoever looks sees the whole new file or what was there before, whenever we or the phone die.
 */
export async function pushToPhone(link: PhoneLink, localPath: string, devicePath: string, options: PushOptions): Promise<Result<void, FarmFault>> {
  const partPath = `${devicePath}.${drawMarker().slice(0, 8)}.part`;
  const limits = { what: `push of ${devicePath}`, deadlineMs: options.deadlineMs, signal: options.signal, gone: link.gone };
  const mode = options.executable ? 0o755 : 0o644;
  const sent = await withinLimits(limits, (signal) => sendFile(link, localPath, { devicePath: partPath, mode }, signal));
  const moved = sent.ok ? await settle(link, { partPath, devicePath, sizeBytes: sent.value }, options) : sent;
  if (!moved.ok && moved.error.code !== 'disconnected') {
    await readSections(link, [`rm -f ${quoted(partPath)}`], { what: 'removing a partial file', deadlineMs: settleDeadlineMs });
  }
  return moved.ok ? ok(undefined) : moved;
}

interface Arrival {
  readonly partPath: string;
  readonly devicePath: string;
  readonly sizeBytes: number;
}

async function settle(link: PhoneLink, arrival: Arrival, options: PushOptions): Promise<Result<void, FarmFault>> {
  const [part, target] = [quoted(arrival.partPath), quoted(arrival.devicePath)];
  // A directory at the target would swallow the file under its temporary name.
  const commands = [`stat -c %s ${part}`, `test "$(stat -c %s ${part})" = ${arrival.sizeBytes} && test ! -d ${target} && mv -f ${part} ${target}; echo $?`];
  const sections = await readSections(link, commands, { what: `push of ${arrival.devicePath}`, deadlineMs: settleDeadlineMs, signal: options.signal });
  if (!sections.ok) return sections;
  const [size = '', verdict = ''] = sections.value;
  if (verdict.trim() === '0') return ok(undefined);
  const message = `${arrival.devicePath}: sent ${arrival.sizeBytes} bytes, the phone has ${size.trim()}; rename answered ${verdict.trim()}`;
  // A phone without space may take all frames and yet keep a shorter file.
  return fail(farmFault(isStorageFull(`${size}${verdict}`) ? 'storage-full' : 'transfer-failed', message));
}
