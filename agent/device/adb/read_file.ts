import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { BoundedCapture } from '../bounded_capture';
import { withinLimits } from '../call_scope';
import { drawMarker, quoted, streamShell, type PhoneLink } from './shell';

const readDeadlineMs = 30_000;

/**
 * Reads a file by the shell, in one round trip with a byte count: adbkit's `pull` has neither a bound nor a deadline.
 * The shell's own words (no such file) come before the marker, the content after it.
 */
export async function readPhoneFile(link: PhoneLink, devicePath: string, largestBytes: number): Promise<Result<Buffer, FarmFault>> {
  const marker = drawMarker();
  const path = quoted(devicePath);
  const script = `stat -L -c %s ${path} 2>&1; echo ${marker}; head -c ${largestBytes} ${path} 2>/dev/null; echo ${marker}`;
  const capture = new BoundedCapture(largestBytes + 4096, 0);
  const limits = { what: `reading ${devicePath}`, deadlineMs: readDeadlineMs, gone: link.gone };
  const streamed = await withinLimits(limits, (signal) => streamShell(link, script, signal, (chunk) => capture.append(chunk)));
  if (!streamed.ok) return streamed;
  const bytes = capture.contents().head;
  const start = bytes.indexOf(`${marker}\n`);
  const end = bytes.lastIndexOf(marker);
  if (start === -1 || end === start) return fail(farmFault('disconnected', `${limits.what}: the shell of ${link.adbSerial} ended early`));
  const size = bytes.toString('utf8', 0, start).trim();
  if (!/^\d+$/.test(size)) return fail(farmFault('unreadable-output', `${devicePath} cannot be read: ${size}`));
  if (Number(size) > largestBytes) return fail(farmFault('unreadable-output', `${devicePath} has ${size} bytes, more than the ${largestBytes} expected`));
  return ok(Buffer.from(bytes.subarray(start + marker.length + 1, end)));
}
