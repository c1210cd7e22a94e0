import { randomBytes } from 'node:crypto';
import type { FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { BoundedCapture } from '../bounded_capture';
import { withinLimits, type CallLimits } from '../call_scope';
import { adbFault } from './adb_fault';
import { closeConnection, openDeviceService, type AdbAddress } from './connection';

/** The way to one phone, as long as `gone` is not aborted. */
export interface PhoneLink {
  readonly address: AdbAddress;
  /** For messages. */
  readonly adbSerial: string;
  /** What asks the adb server for this phone and no other: `transport-id:4`, or `transport:SERIAL` of servers that number none. */
  readonly transport: string;
  readonly gone: AbortSignal;
}

/** What phones print about themselves is some 100 KB at most (getprop and dumpsys). */
const longestAnswerBytes = 1024 * 1024;

/** A word that no output can contain by chance or on purpose, since it is drawn for each call. */
export function drawMarker(): string {
  return randomBytes(16).toString('hex');
}

/** A POSIX shell word: nothing inside single quotes is interpreted. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Streams what `script` prints to `onChunk`; settles when the shell on the phone ends or `signal` aborts. */
export async function streamShell(
  link: PhoneLink,
  script: string,
  signal: AbortSignal,
  onChunk: (chunk: Buffer) => void,
): Promise<Result<void, FarmFault>> {
  // A null byte would cut the command short on the phone.
  if (script.includes('\0')) return fail(adbFault('a command with a null byte cannot be run'));
  const opened = await openDeviceService(link.address, link.transport, `shell:${script}`, signal);
  if (!opened.ok) return opened;
  try {
    for await (const chunk of opened.value.socket) onChunk(chunk as Buffer);
    return ok(undefined);
  } catch (error) {
    return fail(adbFault(error));
  } finally {
    closeConnection(opened.value);
  }
}

/**
 * Runs shell commands in one round trip and returns what each printed, both streams mixed, cut at 1 MiB together.
 * For our own fixed commands; tools go through `execute`.
 */
export async function readSections(
  link: PhoneLink,
  commands: readonly string[],
  limits: Omit<CallLimits, 'gone'>,
): Promise<Result<readonly string[], FarmFault>> {
  const marker = drawMarker();
  const script = commands.map((command) => `${command}; echo ${marker}`).join('; ');
  const capture = new BoundedCapture(longestAnswerBytes, marker.length);
  const streamed = await withinLimits({ ...limits, gone: link.gone }, (signal) =>
    streamShell(link, script, signal, (chunk) => capture.append(chunk)),
  );
  if (!streamed.ok) return streamed;
  // Phones before Android 7 end lines with CR LF.
  const sections = capture
    .contents()
    .head.toString('utf8')
    .replaceAll('\r\n', '\n')
    .split(`${marker}\n`);
  if (sections.length <= commands.length)
    return fail(adbFault(`${limits.what}: the shell of ${link.adbSerial} ended early`));
  return ok(sections.slice(0, commands.length));
}
